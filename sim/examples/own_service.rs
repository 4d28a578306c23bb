//! A team's own service under simulated shutdowns: a long poll that nobody wakes, and its fix.
//!
//!   cargo run --release -p lastorders-sim --example own_service
//!
//! `sim/tests/it/own_service.rs` does the same in a test, as a team would.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use lastorders::{Policy, ShutdownHandle};
use lastorders_sim::service::{Service, get as ask_for, post};
use tokio::sync::Notify;

/// How long a poll waits for news before it says that there is none.
const POLL: Duration = Duration::from_secs(30);

/// A board of notes: `POST /notes` adds one, `GET /notes/next` waits for the next.
#[derive(Clone, Default)]
struct Board {
    notes: Arc<Mutex<Vec<String>>>,
    news: Arc<Notify>,
    /// What the fixed service looks at.
    drain: Option<ShutdownHandle>,
}

/// As it is often written. At the signal every poll goes on waiting: the shutdown takes as long as
/// the polls do, or ends at the deadline, which cuts them.
pub(crate) fn broken(drain: ShutdownHandle) -> Router {
    router(Board::default(), drain)
}

/// A poll that sees the shutdown ends: its client is told that there is nothing, and asks again,
/// elsewhere.
pub(crate) fn fixed(drain: ShutdownHandle) -> Router {
    router(Board { drain: Some(drain.clone()), ..Board::default() }, drain)
}

fn router(board: Board, drain: ShutdownHandle) -> Router {
    Router::new()
        .route("/notes", get(all).post(add))
        .route("/notes/next", get(next))
        .route("/health", lastorders::health(drain))
        .with_state(board)
}

async fn all(State(board): State<Board>) -> Json<Vec<String>> {
    Json(board.notes.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

async fn add(State(board): State<Board>, Json(note): Json<String>) -> StatusCode {
    // As long as a database would take.
    tokio::time::sleep(Duration::from_millis(20)).await;
    board.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    board.news.notify_waiters();
    StatusCode::CREATED
}

async fn next(State(board): State<Board>) -> StatusCode {
    let news = tokio::time::timeout(POLL, board.news.notified());
    let notified = async {
        match &board.drain {
            Some(drain) => drain.draining().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        news = news => if news.is_ok() { StatusCode::OK } else { StatusCode::NO_CONTENT },
        () = notified => StatusCode::NO_CONTENT,
    }
}

/// What a team writes in its tests, about any router.
pub(crate) fn service(app: fn(ShutdownHandle) -> Router) -> Service {
    Service::new(app)
        .policy(Policy::docker())
        .requests([ask_for("/notes"), post("/notes", "\"milk\""), ask_for("/notes/next")])
        .health()
        .slowest(Duration::from_millis(100))
        .seeds(0..500)
}

fn main() {
    println!("as it is often written: {}\n", service(broken).run());
    println!("fixed: {}", service(fixed).run());
}
