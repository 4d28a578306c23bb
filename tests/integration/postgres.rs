//! Each way to a Postgres, proved on this machine.
//!
//! A machine that lacks one fails the test, unless it is named in `LASTORDERS_MISSING`
//! (`docker`, `local`, with a comma between): then the test says `NOT RUN` on stderr and proves
//! nothing.

use lastorders_harness::postgres::{Choice, Lease, Postgres, RunId};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Executor};

#[tokio::test]
async fn local_binaries_give_a_postgres_that_leaves_nothing() {
    if not_run("local") {
        return;
    }
    let run = RunId::random();
    let postgres = Postgres::start(&Choice::Local, &run).await.expect("a local postgres");
    assert!(postgres.origin().starts_with("local: PostgreSQL "), "{}", postgres.origin());
    leases_are_apart(&postgres).await;
    postgres.stop().await.expect("stopped");
    assert_eq!(directories_of(&run), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn docker_gives_a_postgres_that_leaves_nothing() {
    if not_run("docker") {
        return;
    }
    let run = RunId::random();
    let postgres = Postgres::start(&Choice::Docker, &run).await.expect("a container");
    assert!(postgres.origin().starts_with("docker: "), "{}", postgres.origin());
    leases_are_apart(&postgres).await;
    postgres.stop().await.expect("stopped");
}

/// Two leases, and what the role of one can do: everything in its database, nothing elsewhere.
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
    // Its sessions are open, and it is released all the same.
    one.release().await.expect("released");
    session.execute("SELECT 1").await.expect_err("the session was ended");
    let error = connect(&other, &gone).await.expect_err("it is gone").to_string();
    assert!(error.contains("does not exist"), "{error}");
    // The other one ends with the Postgres.
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

fn directories_of(run: &RunId) -> Vec<String> {
    std::fs::read_dir(std::env::temp_dir())
        .expect("a temporary directory")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.contains(run.short()))
        .collect()
}

fn not_run(what: &str) -> bool {
    let missing = std::env::var("LASTORDERS_MISSING").unwrap_or_default();
    let missing = missing.split(',').any(|name| name.trim() == what);
    if missing {
        eprintln!("NOT RUN: this machine lacks {what}, says LASTORDERS_MISSING");
    }
    missing
}
