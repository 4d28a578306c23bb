//! A perfect drain that ends with exit status 1.

use crate::base::Behaviour;

/// See the module.
#[derive(Debug)]
pub(crate) struct ExitCode1;

impl Behaviour for ExitCode1 {
    fn exit_code(&self) -> u8 {
        1
    }
}
