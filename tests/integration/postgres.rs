//! Each way to a Postgres, proved on this machine.
//!
//! A machine that lacks one fails the test, unless it is named in `LASTORDERS_MISSING`
//! (`docker,local,url`): then the test says `NOT RUN` on stderr and proves nothing.

use lastorders_harness::postgres::{Choice, Postgres, RunId};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};

#[tokio::test]
async fn local_binaries_give_a_postgres_that_leaves_nothing() {
    if not_run("local") {
        return;
    }
    let run = RunId::random();
    let before = std::time::Duration::ZERO;
    let start = tokio::time::Instant::now();
    let postgres = Postgres::start(&Choice::Local, &run)
        .await
        .expect("a local postgres");
    eprintln!("{} in {:?}", postgres.origin(), start.elapsed());
    let start = tokio::time::Instant::now();
    let a = postgres.lease("a").await.expect("a lease");
    eprintln!("lease {:?} {before:?}", start.elapsed());
    let start = tokio::time::Instant::now();
    let leases: Vec<_> = (0..20).map(|_| postgres.lease("x")).collect();
    let leases = futures_join(leases).await;
    eprintln!("20 leases {:?}", start.elapsed());
    for lease in leases {
        lease.release().await.expect("released");
    }
    a.release().await.expect("released");
    let start = tokio::time::Instant::now();
    postgres.stop().await.expect("stopped");
    eprintln!("stop {:?}", start.elapsed());
}

async fn futures_join<T, E: std::fmt::Debug>(
    all: Vec<impl Future<Output = Result<T, E>>>,
) -> Vec<T> {
    let mut out = Vec::new();
    for one in all {
        out.push(one.await.expect("lease"));
    }
    out
}

fn not_run(what: &str) -> bool {
    let missing = std::env::var("LASTORDERS_MISSING").unwrap_or_default();
    let missing = missing.split(',').any(|name| name.trim() == what);
    if missing {
        eprintln!("NOT RUN: this machine lacks {what}, says LASTORDERS_MISSING");
    }
    missing
}
