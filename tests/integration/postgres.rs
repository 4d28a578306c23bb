//! Each source of Postgres, on this machine.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use lastorders_harness::postgres::{
    Choice, Lease, Leftover, Major, Postgres, RunId, clean, doctor, leftovers,
};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Executor};

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        async local_binaries_give_a_postgres_that_leaves_nothing [Local];
        async each_embedded_version_gives_a_postgres_that_leaves_nothing [Embedded];
        async docker_gives_a_postgres_that_leaves_nothing [Docker];
        async server_at_an_address_needs_no_superuser_and_is_left_unchanged [Local];
        async start_error_lists_its_attempt_and_doctor_has_a_fix_for_each_lack;
    ]
}

async fn local_binaries_give_a_postgres_that_leaves_nothing() {
    let run = RunId::random();
    let postgres = start(&Choice::Local, &run).await;
    assert!(postgres.origin().starts_with("local: PostgreSQL "), "{}", postgres.origin());
    leases_are_apart(&postgres).await;
    postgres.stop().await.expect("stopped");
    assert_eq!(directories_of(&run), Vec::<PathBuf>::new());
}

async fn each_embedded_version_gives_a_postgres_that_leaves_nothing() {
    for major in Major::ALL {
        let run = RunId::random();
        let postgres = start(&Choice::Embedded(major), &run).await;
        let origin = postgres.origin();
        assert!(origin.starts_with(&format!("embedded: PostgreSQL {major}.")), "{origin}");
        assert!(origin.contains(" from npm's @embedded-postgres/"), "{origin}");
        leases_are_apart(&postgres).await;
        postgres.stop().await.expect("stopped");
        assert_eq!(directories_of(&run), Vec::<PathBuf>::new());
    }
    let left = leftovers(None).await.found;
    assert!(!left.iter().any(|one| matches!(one, Leftover::Fetch { .. })), "{left:?}");
}

async fn docker_gives_a_postgres_that_leaves_nothing() {
    let run = RunId::random();
    let postgres = start(&Choice::Docker, &run).await;
    assert!(postgres.origin().starts_with("docker: "), "{}", postgres.origin());
    leases_are_apart(&postgres).await;
    postgres.stop().await.expect("stopped");
    assert_eq!(containers_of(&run), "");
}

async fn server_at_an_address_needs_no_superuser_and_is_left_unchanged() {
    let theirs = start(&Choice::Local, &RunId::random()).await;
    let mut session = theirs.administrator().connect().await.expect("the administrator");
    session
        .execute(
            "CREATE ROLE plain LOGIN CREATEDB CREATEROLE PASSWORD 'plain';
             CREATE ROLE poor LOGIN CREATEDB PASSWORD 'poor';
             GRANT CONNECT ON DATABASE postgres TO plain, poor",
        )
        .await
        .expect("roles");
    let before = names(&mut session).await;
    let at = |user| format!("postgres://{user}:{user}@127.0.0.1:{}/postgres", port(&theirs));

    let refused = Postgres::start(&Choice::Url(at("poor")), &RunId::random()).await;
    let refused = refused.expect_err("rights are missing").to_string();
    assert!(refused.contains("lacks CREATEROLE") && refused.contains("ALTER ROLE"), "{refused}");

    let ours = start(&Choice::Url(at("plain")), &RunId::random()).await;
    assert!(!ours.origin().contains("plain"), "{}", ours.origin());
    leases_are_apart(&ours).await;
    let alive = leftovers(Some(&at("plain"))).await.found;
    assert!(!alive.iter().any(in_a_server), "a run that is alive has leftovers: {alive:?}");
    ours.stop().await.expect("stopped");
    assert_eq!(names(&mut session).await, before);

    // A run that ends without `stop`.
    let ours = start(&Choice::Url(at("plain")), &RunId::random()).await;
    drop(ours.lease("forgotten").await.expect("a lease"));
    drop(ours);
    until("the session of the dropped run has ended", async || {
        leftovers(Some(&at("plain"))).await.found.iter().filter(|one| in_a_server(one)).count() == 4
    })
    .await;
    let cleaned = clean(Some(&at("plain"))).await;
    assert_eq!(cleaned.failed, []);
    assert_eq!(names(&mut session).await, before);
    theirs.stop().await.expect("stopped");
}

async fn start_error_lists_its_attempt_and_doctor_has_a_fix_for_each_lack() {
    let refusing = Choice::Url("postgres://u:secret@127.0.0.1:1/d".to_owned());
    let error =
        Postgres::start(&refusing, &RunId::random()).await.expect_err("port 1 refuses connections");
    let text = error.to_string();
    assert!(text.contains("refused") && text.contains("any one of these is enough"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    let found = doctor().await;
    assert!(found.len() >= 4 && found.iter().all(|one| one.ok || !one.fix.is_empty()), "{found:?}");
}

pub(crate) async fn start(choice: &Choice, run: &RunId) -> Postgres {
    Postgres::start(choice, run).await.unwrap_or_else(|error| panic!("{error}"))
}

fn port(postgres: &Postgres) -> u16 {
    postgres.administrator().get_port()
}

async fn names(session: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT datname::text FROM pg_database UNION ALL SELECT rolname::text FROM pg_roles
         ORDER BY 1",
    )
    .fetch_all(session)
    .await
    .expect("names")
}

fn in_a_server(leftover: &Leftover) -> bool {
    matches!(leftover, Leftover::Database { .. } | Leftover::Role { .. })
}

pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        let mut turn = tokio::time::interval(Duration::from_millis(50));
        while !holds().await {
            turn.tick().await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    assert!(ended.is_ok(), "waited 30 s in vain until {what}");
}

/// Makes two leases. The role of one may do everything in its database, and nothing elsewhere.
async fn leases_are_apart(postgres: &Postgres) {
    let (one, other) = tokio::join!(postgres.lease("one"), postgres.lease("other"));
    let (one, other) = (one.expect("a lease"), other.expect("another"));
    let mut session = connect(&one, one.database()).await.expect("its own database");
    session.execute("CREATE TABLE jobs (id int)").await.expect("its own table");
    for database in [other.database(), "postgres", "template1"] {
        let error = connect(&one, database).await.expect_err(database).to_string();
        assert!(error.contains("permission denied"), "{error}");
    }
    for forbidden in ["CREATE DATABASE mine", "CREATE ROLE mine", "COPY jobs TO '/tmp/jobs'"] {
        session.execute(forbidden).await.expect_err(forbidden);
    }
    let mut judge = one.judge().connect().await.expect("the judge");
    judge.execute("LOCK TABLE public.jobs IN SHARE MODE").await.expect_err("no transaction");
    judge.execute("BEGIN; LOCK TABLE public.jobs IN SHARE MODE; COMMIT").await.expect("its lock");
    let gone = one.database().to_owned();
    // Release a lease whose sessions are open.
    one.release().await.expect("released");
    session.execute("SELECT 1").await.expect_err("the session was ended");
    let error = connect(&other, &gone).await.expect_err("it is gone").to_string();
    assert!(error.contains("does not exist"), "{error}");
    // The other lease ends with the Postgres.
}

async fn connect(lease: &Lease, database: &str) -> sqlx::Result<PgConnection> {
    PgConnectOptions::new_without_pgpass()
        .host(lease.host())
        .port(lease.port())
        .username(lease.role())
        .password(lease.password())
        .database(database)
        .ssl_mode(PgSslMode::Disable)
        .connect()
        .await
}

pub(crate) fn directories_of(run: impl AsRef<str>) -> Vec<PathBuf> {
    let places = [std::env::temp_dir(), "/dev/shm".into()];
    let entries = places.iter().filter_map(|place| std::fs::read_dir(place).ok()).flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().contains(&run.as_ref()[..8]))
        .collect()
}

pub(crate) fn containers_of(run: impl AsRef<str>) -> String {
    let label = format!("label=lastorders.run={}", run.as_ref());
    let output = Command::new("docker")
        .args(["ps", "--all", "--quiet", "--no-trunc", "--filter", &label])
        .output()
        .expect("the program docker");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}
