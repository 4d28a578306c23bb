//! The server drains correctly and exits with status 1.

use crate::base::Behaviour;

/// See the module.
#[derive(Debug)]
pub(crate) struct ExitCode1;

impl Behaviour for ExitCode1 {
    fn exit_code(&self) -> u8 {
        1
    }
}
