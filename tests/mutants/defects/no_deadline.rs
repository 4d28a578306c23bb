//! The server waits for requests in flight without a limit.

use std::time::Duration;

use crate::base::Behaviour;

/// See the module.
#[derive(Debug)]
pub(crate) struct NoDeadline;

impl Behaviour for NoDeadline {
    fn deadline(&self) -> Option<Duration> {
        None
    }
}
