//! Requests in flight are answered 201 on the signal, before their rows are committed. The rows are
//! never committed.

use std::future::pending;

use uuid::Uuid;

use crate::base::{Behaviour, Phase, Reply, Server, Step};

/// See the module.
#[derive(Debug)]
pub(crate) struct CreatedBeforeCommit;

impl Behaviour for CreatedBeforeCommit {
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
            if server.phase() != Phase::Serving {
                return Reply::Refused;
            }
            let inserted = async {
                match server.store.insert(name.clone()).await {
                    Ok(id) => id,
                    Err(_) => pending().await,
                }
            };
            let id = tokio::select! {
                biased;
                id = inserted => id,
                () = server.reached(Phase::LameDuck) => Uuid::new_v4().to_string(),
            };
            Reply::Created { id, name }
        })
    }
}
