//! Connections kept alive without a request hold the drain until its deadline.

use crate::base::{Behaviour, Class};

/// See the module.
#[derive(Debug)]
pub(crate) struct IdleConnectionsNotClosed;

impl Behaviour for IdleConnectionsNotClosed {
    fn closes(&self, class: Class) -> bool {
        class != Class::Idle
    }
}
