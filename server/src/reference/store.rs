use std::future::Future;

use serde::Serialize;

/// A job that has been stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Given by the store, and never given twice.
    pub id: String,
    /// Given by the client.
    pub name: String,
}

/// Where jobs are kept.
pub trait JobStore: Clone + Send + Sync + 'static {
    /// Stores a new job under a new id. When this is `Ok`, the job is durable; when the future is
    /// dropped before that, either nothing or the whole job is stored.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached or refuses.
    fn create(&self, name: &str) -> impl Future<Output = Result<Job, StoreError>> + Send;
}

/// The store could not do its work.
#[derive(Debug, thiserror::Error)]
#[error("cannot store the job: {0}")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
