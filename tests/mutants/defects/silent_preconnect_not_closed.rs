//! A connection that never sends a byte blocks the drain forever.

use crate::base::{Behaviour, Class};

/// See the module.
#[derive(Debug)]
pub(crate) struct SilentPreconnectNotClosed;

impl Behaviour for SilentPreconnectNotClosed {
    fn closes(&self, class: Class) -> bool {
        class != Class::New
    }

    fn aborts(&self, class: Class) -> bool {
        class != Class::New
    }
}
