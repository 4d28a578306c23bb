use super::listener::SimListener;
use super::{Exit, Parts, Subject, ours, with_axum, with_axum_server, with_hyper_util};
use crate::bugs::{self, Made};

/// Runs a server from its first accept to its exit.
///
/// To be polled on the server's host, on one thread from its first poll to its end: what a bug is
/// planted by belongs to the thread. What the server leaves behind (tasks, open connections) is the
/// world's to end, as the kernel does it for a process.
pub async fn serve<L: SimListener>(subject: Subject, parts: Parts<L>) -> Exit {
    match subject {
        Subject::Ours => ours::serve(parts).await,
        Subject::Axum => with_axum::serve(parts).await,
        Subject::HyperUtil => with_hyper_util::serve(parts).await,
        Subject::AxumServer => with_axum_server::serve(parts).await,
        Subject::Planted(bug) => match bug.made {
            Made::InServer(planted) => {
                let _here = lastorders::planted::here(planted);
                ours::serve(parts).await
            }
            Made::WrongGoaway => ours::serve_on(parts, bugs::WrongGoaway::new).await,
        },
    }
}
