//! The contract on axum, stopped by `axum::serve(..).with_graceful_shutdown(..)` as it comes.

use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

const BODY_LIMIT: usize = 64 * 1024;
const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS jobs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL
)";

#[derive(Debug, Clone)]
struct App {
    pool: PgPool,
    stopping: Arc<AtomicBool>,
}

#[derive(Debug, Deserialize)]
struct NewJob {
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let pool = connect(&std::env::var("DATABASE_URL")?).await?;
    let mut sigterm = signal(SignalKind::terminate())?;
    let app = App { pool: pool.clone(), stopping: Arc::default() };
    let stopping = Arc::clone(&app.stopping);

    let router = Router::new()
        .route("/health", get(health))
        .route("/work", post(work))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app);
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            sigterm.recv().await;
            stopping.store(true, Ordering::Relaxed);
        })
        .await?;

    pool.close().await;
    Ok(())
}

async fn connect(url: &str) -> Result<PgPool, sqlx::Error> {
    let mut tries_left = 50;
    loop {
        let ready = async {
            let pool = PgPool::connect(url).await?;
            sqlx::query(CREATE_TABLE).execute(&pool).await?;
            Ok(pool)
        };
        match ready.await {
            Ok(pool) => return Ok(pool),
            Err(error) if tries_left == 0 => return Err(error),
            // The database may still be starting, or another instance making the same table.
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
        tries_left -= 1;
    }
}

async fn health(State(app): State<App>) -> (StatusCode, Json<Value>) {
    if app.stopping.load(Ordering::Relaxed) {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "shutting_down" })))
    } else {
        (StatusCode::OK, Json(json!({ "status": "ok" })))
    }
}

async fn work(
    State(app): State<App>,
    Json(job): Json<NewJob>,
) -> Result<(StatusCode, Json<Value>), StatusCode> {
    let id: String = sqlx::query_scalar("INSERT INTO jobs (name) VALUES ($1) RETURNING id::text")
        .bind(&job.name)
        .fetch_one(&app.pool)
        .await
        .map_err(|error| {
            eprintln!("POST /work: {error}");
            StatusCode::INTERNAL_SERVER_ERROR
        })?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id, "name": job.name }))))
}
