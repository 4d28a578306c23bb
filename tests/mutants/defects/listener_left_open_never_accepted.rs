//! The listener stays open, and the server accepts nothing from it: connects succeed without an
//! answer.

use crate::base::{Behaviour, ListenerEnd};

/// See the module.
#[derive(Debug)]
pub(crate) struct ListenerLeftOpenNeverAccepted;

impl Behaviour for ListenerLeftOpenNeverAccepted {
    fn listener_end(&self) -> ListenerEnd {
        ListenerEnd::LeftOpen
    }
}
