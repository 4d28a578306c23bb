use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout};

/// The rate at which to look at something outside this process: the first time at once, then with
/// at least `between` from one look to the next.
pub(crate) fn pace(between: Duration) -> Interval {
    let mut pace = interval(between);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pace
}

/// Waits until the server answers `SELECT 1`.
///
/// # Errors
///
/// The last refusal, if the server does not answer within `within`. Returns at once if `gone`
/// reports that the server has ended.
pub(super) async fn until_it_answers(
    options: &PgConnectOptions,
    within: Duration,
    mut gone: impl AsyncFnMut() -> Option<String>,
) -> Result<(), String> {
    let deadline = Instant::now() + within;
    let options = options.clone().disable_statement_logging();
    let mut turn = pace(Duration::from_millis(20));
    loop {
        turn.tick().await;
        let refusal = match timeout(Duration::from_secs(2), select_one(&options)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer to `SELECT 1` within 2 s".to_owned(),
        };
        if let Some(why) = gone().await {
            return Err(why);
        }
        if Instant::now() >= deadline {
            return Err(format!("not ready within {} s: {refusal}", within.as_secs()));
        }
    }
}

async fn select_one(options: &PgConnectOptions) -> sqlx::Result<()> {
    let mut connection = options.connect().await?;
    sqlx::raw_sql("SELECT 1").execute(&mut connection).await?;
    connection.close().await
}
