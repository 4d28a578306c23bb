//! The server sleeps for a fixed time before it exits, although nothing is left to wait for.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::base::{Behaviour, Server, Step};

/// Measured from the signal. The usual grace is 10 s.
const NEARLY_THE_GRACE: Duration = Duration::from_secs(9);

/// See the module.
#[derive(Debug)]
pub(crate) struct AlwaysWaitsWholeGrace;

impl Behaviour for AlwaysWaitsWholeGrace {
    fn before_exit<'a>(&'a self, server: &'a Server) -> Step<'a, ()> {
        let signalled = *server.signalled.borrow();
        // The sleep is the defect.
        Box::pin(sleep_until(signalled.unwrap_or_else(Instant::now) + NEARLY_THE_GRACE))
    }
}
