//! Connections kept alive without a request hold the drain until its deadline.

use crate::base::{Class, Conduct};

/// See the module.
#[derive(Debug)]
pub(crate) struct IdleConnectionsNotClosed;

impl Conduct for IdleConnectionsNotClosed {
    fn closes(&self, class: Class) -> bool {
        class != Class::Idle
    }
}
