use std::future::Future;

use serde::Serialize;

/// A job that has been stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Chosen by the store, and unique.
    pub id: String,
    /// Chosen by the client.
    pub name: String,
}

/// The storage of jobs.
pub trait JobStore: Clone + Send + Sync + 'static {
    /// Stores a new job under a new id. When this returns `Ok`, the job is durable. If the future
    /// is dropped before that, either nothing or the whole job is stored.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached or refuses the job.
    fn create(&self, name: &str) -> impl Future<Output = Result<Job, StoreError>> + Send;
}

/// The store could not store a job.
#[derive(Debug, thiserror::Error)]
#[error("cannot store the job: {0}")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
