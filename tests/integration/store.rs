//! The store of one scenario, on real Postgres servers of several versions.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lastorders_harness::postgres::{Choice, Major, Postgres, RunId};
use lastorders_harness::store::{Held, Store, StoreEvent};
use lastorders_model::plan::{Fault, Gate, LetGo};
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Executor};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::machine::Need;
use crate::trial::{Test, block_on, path};

const WITHIN: Duration = Duration::from_secs(10);
const MOMENT: Duration = Duration::from_millis(200);

type Log = Arc<Mutex<Vec<StoreEvent>>>;

/// A Postgres, a store in it, and the events that the store reported.
struct Fixture {
    postgres: Postgres,
    store: Store,
    log: Log,
}

impl Fixture {
    async fn set_up(choice: &Choice) -> Self {
        let postgres = Postgres::start(choice, &RunId::random()).await.expect("postgres");
        let lease = postgres.lease("test").await.expect("lease");
        let log = Log::default();
        let seen = Arc::clone(&log);
        let observer = move |event| seen.lock().expect("log").push(event);
        let store = Store::open(lease, Arc::new(observer)).await.expect("store");
        Self { postgres, store, log }
    }

    async fn pool(&self, size: u32) -> PgPool {
        let pool = PgPoolOptions::new()
            .max_connections(size)
            .connect(&self.store.database_url())
            .await
            .expect("a pool through the proxy");
        pool.execute("CREATE TABLE IF NOT EXISTS jobs (id bigserial PRIMARY KEY, name text)")
            .await
            .expect("a table");
        pool
    }

    async fn clear(self) {
        self.store.close().await.expect("closed");
        self.postgres.stop().await.expect("stopped");
    }
}

async fn insert(pool: PgPool, name: String) -> sqlx::Result<i64> {
    sqlx::query_scalar(INSERT).bind(name).fetch_one(&pool).await
}

async fn insert_in_a_transaction(pool: PgPool, name: String) -> sqlx::Result<i64> {
    let mut transaction = pool.begin().await?;
    let id = sqlx::query_scalar(INSERT).bind(name).fetch_one(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(id)
}

const INSERT: &str = "INSERT INTO jobs (name) VALUES ($1) RETURNING id";

/// Each test runs on the Postgres that `--postgres auto` selects, and on the oldest and the newest
/// version that npm has. The gates rely on behaviour that changes between versions.
pub(crate) fn tests() -> Vec<Test> {
    let postgres = [
        ("auto", Need::Postgres, Choice::Auto),
        ("embedded_15", Need::Embedded, Choice::Embedded(Major::V15)),
        ("embedded_18", Need::Embedded, Choice::Embedded(Major::V18)),
    ];
    let mut tests = Vec::new();
    for (on, need, choice) in postgres {
        for (name, test) in TESTS {
            let (name, choice) = (path(module_path!(), &format!("{on}::{name}")), choice.clone());
            tests.push(Test::new(name, [need], move || test(choice)));
        }
    }
    tests
}

/// A test's name, and its body for a Postgres of this kind.
type OnPostgres = (&'static str, fn(Choice));

const TESTS: &[OnPostgres] = &[
    ("row_gate_holds_inserts_and_lets_reads_pass", |choice| {
        block_on(row_gate_holds_inserts_and_lets_reads_pass(choice))
    }),
    ("acknowledgement_gate_commits_the_row_and_withholds_the_answer", |choice| {
        block_on(acknowledgement_gate_commits_the_row_and_withholds_the_answer(choice))
    }),
    ("reset_black_hole_and_refuse_break_sessions_as_documented", |choice| {
        block_on(reset_black_hole_and_refuse_break_sessions_as_documented(choice))
    }),
    ("store_without_a_jobs_table_reports_the_missing_table", |choice| {
        block_on(store_without_a_jobs_table_reports_the_missing_table(choice))
    }),
];

async fn row_gate_holds_inserts_and_lets_reads_pass(choice: Choice) {
    let fixture = Fixture::set_up(&choice).await;
    let pool = fixture.pool(3).await;
    fixture.store.hold(Gate::Row).await.expect("held");
    let mut inserts = JoinSet::new();
    for n in 0..5 {
        inserts.spawn(insert(pool.clone(), format!("job-{n}")));
    }
    let two = fixture.store.await_held(2, WITHIN).await.expect("looked");
    assert!(two.n >= 2 && !two.plateau, "{two:?}");
    let held = fixture.store.await_held(5, WITHIN).await.expect("looked");
    assert_eq!(held, Held { n: 3, plateau: true }, "the pool has three connections");
    assert!(inserts.try_join_next().is_none(), "the row gate let an insert pass");
    let mut other = PgConnection::connect(&fixture.store.database_url()).await.expect("another");
    other.execute("SELECT * FROM jobs").await.expect("a read passes");
    other.close().await.expect("closed");
    assert!(fixture.store.let_go(LetGo::One).await.is_err(), "all or none");
    fixture.store.let_go(LetGo::All).await.expect("let go");
    for done in inserts.join_all().await {
        done.expect("inserted");
    }
    pool.close().await;
    assert_eq!(fixture.store.await_sessions_gone(WITHIN).await.expect("looked"), 0);
    let rows = fixture.store.rows().await.expect("rows");
    assert_eq!((rows.total, rows.counts.len(), rows.sessions_left), (5, 5, 0));
    fixture.clear().await;
}

async fn acknowledgement_gate_commits_the_row_and_withholds_the_answer(choice: Choice) {
    let fixture = Fixture::set_up(&choice).await;
    let pool = fixture.pool(4).await;
    insert(pool.clone(), "job-warm".to_owned()).await.expect("inserted");
    fixture.store.hold(Gate::Acknowledgement).await.expect("held");
    let mut inserts = JoinSet::new();
    inserts.spawn(insert(pool.clone(), "job-0".to_owned()));
    inserts.spawn(insert(pool.clone(), "job-1".to_owned()));
    inserts.spawn(insert_in_a_transaction(pool.clone(), "job-2".to_owned()));
    let held = fixture.store.await_held(3, WITHIN).await.expect("looked");
    assert_eq!(held, Held { n: 3, plateau: false });
    sqlx::query("SELECT count(*) FROM jobs").execute(&pool).await.expect("a read passes");
    assert!(inserts.try_join_next().is_none(), "the gate let an acknowledgement pass");
    for left in (0..3).rev() {
        fixture.store.let_go(LetGo::One).await.expect("one let go");
        inserts.join_next().await.expect("one more").expect("no panic").expect("inserted");
        assert_eq!(fixture.store.await_held(left, WITHIN).await.expect("looked").n, left);
    }
    fixture.store.let_go(LetGo::All).await.expect("let go");
    insert(pool.clone(), "job-late".to_owned()).await.expect("inserted");
    pool.close().await;
    let rows = fixture.store.rows().await.expect("rows");
    assert_eq!((rows.total, rows.truncated, rows.table_missing), (5, false, false));
    let log = fixture.log.lock().expect("log").clone();
    let count = |wanted: fn(&StoreEvent) -> bool| log.iter().filter(|event| wanted(event)).count();
    assert_eq!(count(|event| matches!(event, StoreEvent::Withheld { .. })), 3);
    assert_eq!(
        count(|event| matches!(event, StoreEvent::Terminate { .. })),
        count(|event| matches!(event, StoreEvent::Started { .. })),
        "every session of a closed pool sends Terminate"
    );
    fixture.clear().await;
}

async fn reset_black_hole_and_refuse_break_sessions_as_documented(choice: Choice) {
    let fixture = Fixture::set_up(&choice).await;
    let pool = fixture.pool(2).await;
    fixture.store.hold(Gate::Row).await.expect("held");
    let held = tokio::spawn(insert(pool.clone(), "job-reset".to_owned()));
    assert_eq!(fixture.store.await_held(1, WITHIN).await.expect("looked").n, 1);
    fixture.store.fault(Fault::Reset).await.expect("reset");
    let error = held.await.expect("no panic").expect_err("a reset session");
    assert!(error.to_string().contains("reset"), "{error}");
    fixture.store.let_go(LetGo::All).await.expect("let go");
    insert(pool.clone(), "job-again".to_owned()).await.expect("a new session works");
    pool.close().await;
    let mut silent = PgConnection::connect(&fixture.store.database_url()).await.expect("a session");
    fixture.store.fault(Fault::BlackHole).await.expect("black hole");
    let unheard = silent.execute("INSERT INTO jobs (name) VALUES ('job-silent')");
    assert!(timeout(MOMENT, unheard).await.is_err(), "the black hole answered");
    let fresh = PgConnection::connect(&fixture.store.database_url());
    assert!(timeout(MOMENT, fresh).await.is_err(), "the black hole started a session");
    fixture.store.fault(Fault::Refuse).await.expect("refuse");
    let refused = match PgConnection::connect(&fixture.store.database_url()).await {
        Ok(_) => "a session".to_owned(),
        Err(error) => error.to_string(),
    };
    assert!(refused.contains("refused"), "expected a refused connection, got: {refused}");
    drop(silent);
    assert_eq!(fixture.store.await_sessions_gone(WITHIN).await.expect("looked"), 0);
    let rows = fixture.store.rows().await.expect("rows");
    assert!(!rows.counts.contains_key("job-silent") && rows.counts.contains_key("job-again"));
    fixture.clear().await;
}

async fn store_without_a_jobs_table_reports_the_missing_table(choice: Choice) {
    let fixture = Fixture::set_up(&choice).await;
    let error = fixture.store.hold(Gate::Row).await.expect_err("no table").to_string();
    assert!(error.contains("no table `jobs`"), "{error}");
    assert!(fixture.store.await_held(1, WITHIN).await.is_err(), "no gate is closed");
    assert!(fixture.store.rows().await.expect("looked").table_missing);
    fixture.clear().await;
}
