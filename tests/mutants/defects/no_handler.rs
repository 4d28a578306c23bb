//! The server does not handle SIGTERM, so the kernel ends the process.

use crate::base::Behaviour;

/// See the module.
#[derive(Debug)]
pub(crate) struct NoHandler;

impl Behaviour for NoHandler {
    fn handles_sigterm(&self) -> bool {
        false
    }
}
