//! Waits for the requests in flight for as long as they take.

use std::time::Duration;

use crate::base::Conduct;

/// See the module.
#[derive(Debug)]
pub(crate) struct NoDeadline;

impl Conduct for NoDeadline {
    fn deadline(&self) -> Option<Duration> {
        None
    }
}
