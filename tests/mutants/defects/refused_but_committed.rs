//! Requests in flight are answered 503 on the signal, and their rows are still committed.

use crate::base::{Behaviour, Phase, Reply, Server, Step};

/// See the module.
#[derive(Debug)]
pub(crate) struct RefusedButCommitted;

impl Behaviour for RefusedButCommitted {
    fn work<'a>(&'a self, server: &'a Server, name: String) -> Step<'a, Reply> {
        Box::pin(async move {
            if server.phase() != Phase::Serving {
                return Reply::Refused;
            }
            let store = server.store.clone();
            let row = name.clone();
            // A separate task, so that the insert continues after the answer.
            let insert = tokio::spawn(async move { store.insert(row).await });
            tokio::select! {
                biased;
                () = server.reached(Phase::LameDuck) => Reply::Refused,
                inserted = insert => match inserted {
                    Ok(Ok(id)) => Reply::Created { id, name },
                    Ok(Err(_)) | Err(_) => Reply::Failed,
                },
            }
        })
    }
}
