//! An observer: prints each phase of the shutdown, and counts the requests that are cut.
//!
//! ```text
//! cargo run --example observe
//! curl http://127.0.0.1:3000/stuck &
//! kill -TERM $(pgrep -x observe)
//! ```

use std::io::{Write, stdout};
use std::process::ExitCode;
use std::time::Duration;

use axum::{Router, routing::get};
use lastorders::Policy;
use lastorders::event::{Event, Observer};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Makes lines of events. An observer must not block, so a task prints the lines.
struct Progress {
    lines: UnboundedSender<String>,
    cut: usize,
}

impl Observer for Progress {
    fn observe(&mut self, event: &Event<'_>) {
        let line = match event {
            Event::Serving { .. } => "ready".to_owned(),
            Event::PhaseEntered { phase, counts, .. } => {
                format!("{phase}: {} requests in flight", counts.requests)
            }
            Event::Cutting { connections, .. } => {
                self.cut += connections.iter().map(|it| it.requests.len()).sum::<usize>();
                return;
            }
            Event::Finished { report, .. } => {
                format!("{} requests finished, {} cut", report.finished, self.cut)
            }
            // Later versions may have more events.
            _ => return,
        };
        let _ = self.lines.send(line);
    }
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    // Before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let (lines, mut received) = unbounded_channel();
    let printer = tokio::spawn(async move {
        while let Some(line) = received.recv().await {
            // The reader of the output may be gone.
            let _ = writeln!(stdout(), "{line}");
        }
    });
    let app = Router::new()
        .route("/", get(|| async { "hello\n" }))
        .route("/stuck", get(std::future::pending::<()>));
    let report = lastorders::serve(listener, app)
        .policy(Policy::default().deadline(Duration::from_secs(1)))
        .signals(signals)
        .observe(Progress { lines, cut: 0 })
        .await;
    // The observer is gone with the server, so the channel is closed and the task ends.
    let _ = printer.await;
    Ok(ExitCode::from(report.exit_code()))
}
