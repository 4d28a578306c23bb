//! A second SIGTERM ends the process at once. Wrappers often deliver two.

use crate::base::Behaviour;

/// See the module.
#[derive(Debug)]
pub(crate) struct SecondSigtermExits;

impl Behaviour for SecondSigtermExits {
    fn on_another_signal(&self) {
        std::process::exit(1)
    }
}
