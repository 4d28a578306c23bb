//! A team's own service under simulated shutdowns: a long poll that ignores the shutdown, and its
//! fix.
//!
//!   cargo run --release -p lastorders-sim --example own_service
//!
//! `sim/tests/it/own_service.rs` has the same as a test, like in a team's repository.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use lastorders::{Policy, ShutdownHandle};
use lastorders_sim::service::{Service, get as ask_for, post};
use tokio::sync::Notify;

/// How long a poll waits for a note before it answers 204.
const POLL: Duration = Duration::from_secs(30);

/// A board of notes: `POST /notes` adds one, `GET /notes/next` waits for the next.
#[derive(Clone, Default)]
struct Board {
    notes: Arc<Mutex<Vec<String>>>,
    news: Arc<Notify>,
    /// The handle that only the fixed service uses.
    drain: Option<ShutdownHandle>,
}

/// The usual bug. Polls go on at the signal, so the shutdown takes as long as a poll, or cuts the
/// polls at the deadline.
pub(crate) fn broken(drain: ShutdownHandle) -> Router {
    router(Board::default(), drain)
}

/// A poll ends when the shutdown begins. Its client gets an empty answer and asks another server.
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
    // The time of a database.
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

/// The test that a team writes for any router.
pub(crate) fn service(app: fn(ShutdownHandle) -> Router) -> Service {
    Service::new(app)
        .policy(Policy::docker())
        .requests([ask_for("/notes"), post("/notes", "\"milk\""), ask_for("/notes/next")])
        .health()
        .slowest(Duration::from_millis(100))
        .seeds(0..500)
}

fn main() {
    println!("with the bug: {}\n", service(broken).run());
    println!("fixed: {}", service(fixed).run());
}
