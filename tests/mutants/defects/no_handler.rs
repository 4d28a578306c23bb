//! SIGTERM is not handled: the kernel ends the process.

use crate::base::Conduct;

/// See the module.
#[derive(Debug)]
pub(crate) struct NoHandler;

impl Conduct for NoHandler {
    fn handles_sigterm(&self) -> bool {
        false
    }
}
