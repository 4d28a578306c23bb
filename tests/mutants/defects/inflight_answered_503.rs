//! Requests in flight are aborted on the signal and answered 503.

use std::future::pending;

use crate::base::{Behaviour, Phase, Reply, Server, Step};

/// See the module.
#[derive(Debug)]
pub(crate) struct InflightAnswered503;

impl Behaviour for InflightAnswered503 {
    // Runs before a client can see the shutdown, so that no statement can still succeed.
    fn on_signal<'a>(&'a self, server: &'a Server) -> Step<'a, ()> {
        Box::pin(async {
            if let Err(error) = server.store.cancel_blocked().await {
                eprintln!("cancel: {error}");
            }
        })
    }

    fn work<'a>(&'a self, server: &'a Server, name: String) -> Step<'a, Reply> {
        Box::pin(async move {
            let done = async {
                match server.work(name).await {
                    Reply::Failed => pending().await,
                    reply => reply,
                }
            };
            tokio::select! {
                biased;
                reply = done => reply,
                () = server.reached(Phase::LameDuck) => Reply::Refused,
            }
        })
    }
}
