//! A connection that never sends a byte holds the drain for ever.

use crate::base::{Class, Conduct};

/// See the module.
#[derive(Debug)]
pub(crate) struct SilentPreconnectNotClosed;

impl Conduct for SilentPreconnectNotClosed {
    fn closes(&self, class: Class) -> bool {
        class != Class::New
    }

    fn aborts(&self, class: Class) -> bool {
        class != Class::New
    }
}
