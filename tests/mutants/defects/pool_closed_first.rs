//! The pool is closed on the signal, while requests still need it.

use crate::base::{Behaviour, Phase, Reply, Server, Step, done};

/// See the module.
#[derive(Debug)]
pub(crate) struct PoolClosedFirst;

impl Behaviour for PoolClosedFirst {
    fn on_signal<'a>(&'a self, server: &'a Server) -> Step<'a, ()> {
        let pool = server.store.pool.clone();
        // Close in the background, because closing waits for the sessions in use.
        tokio::spawn(async move { pool.close().await });
        done()
    }

    fn work<'a>(&'a self, server: &'a Server, name: String) -> Step<'a, Reply> {
        Box::pin(async move {
            if server.phase() != Phase::Serving {
                return Reply::Refused;
            }
            match server.store.pool.close_event().do_until(server.insert(name)).await {
                Ok(reply) => reply,
                Err(_) => {
                    server.reached(Phase::LameDuck).await;
                    Reply::Failed
                }
            }
        })
    }
}
