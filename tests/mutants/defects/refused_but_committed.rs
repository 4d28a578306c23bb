//! Once the server is stopping, work is answered 503, and done all the same.

use crate::base::{Conduct, Phase, Reply, Server, Step};

/// See the module.
#[derive(Debug)]
pub(crate) struct RefusedButCommitted;

impl Conduct for RefusedButCommitted {
    fn work<'a>(&'a self, server: &'a Server, name: String) -> Step<'a, Reply> {
        let store = server.store.clone();
        let row = name.clone();
        let insert = tokio::spawn(async move { store.insert(&row).await });
        Box::pin(async move {
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
