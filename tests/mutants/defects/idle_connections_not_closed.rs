//! Idle connections stay open until the deadline.

use crate::base::{Behaviour, Class};

/// See the module.
#[derive(Debug)]
pub(crate) struct IdleConnectionsNotClosed;

impl Behaviour for IdleConnectionsNotClosed {
    fn closes(&self, class: Class) -> bool {
        class != Class::Idle
    }
}
