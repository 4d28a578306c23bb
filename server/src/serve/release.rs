use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::BoxError;

/// What the future of a release may give: nothing, or a result.
pub trait IntoReleased {
    /// The error, if it failed.
    ///
    /// # Errors
    ///
    /// When the resource could not be released.
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

/// A resource that is released at the end.
pub(super) struct Resource {
    pub(super) name: String,
    pub(super) bound: Duration,
    /// Not begun before its turn: closing a pool marks it closed at once.
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
            // The call is inside, so that a panic of either is one of the release.
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
