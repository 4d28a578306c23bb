use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::BoxError;

/// The output of a future that releases a resource: `()`, or a `Result<(), E>`.
pub trait IntoReleased {
    /// Converts the output to a result.
    ///
    /// # Errors
    ///
    /// The error of the release, if the release failed.
    fn into_released(self) -> Result<(), BoxError>;
}

impl IntoReleased for () {
    fn into_released(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError>> IntoReleased for Result<(), E> {
    fn into_released(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

pub(super) type Releasing = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

/// A resource that is released after the last request.
pub(super) struct Resource {
    pub(super) name: String,
    /// The longest time that the release may take.
    pub(super) bound: Duration,
    /// A closure and not a future, because some futures begin before they are awaited: closing a
    /// pool marks the pool as closed at once. `None` once the release has begun.
    pub(super) release: Option<Box<dyn FnOnce() -> Releasing + Send>>,
}

impl Resource {
    pub(super) fn new<F, Fut>(name: String, bound: Duration, release: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: IntoReleased,
    {
        let release = || -> Releasing {
            // The call is inside, so that its panic counts as a panic of the release.
            Box::pin(async move { release().await.into_released() })
        };
        Self { name, bound, release: Some(Box::new(release)) }
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("name", &self.name)
            .field("bound", &self.bound)
            .finish_non_exhaustive()
    }
}
