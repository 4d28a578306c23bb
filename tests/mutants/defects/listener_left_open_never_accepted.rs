//! The listener stays open and is never accepted from: connects succeed, and nobody answers.

use crate::base::{Behaviour, ListenerEnd};

/// See the module.
#[derive(Debug)]
pub(crate) struct ListenerLeftOpenNeverAccepted;

impl Behaviour for ListenerLeftOpenNeverAccepted {
    fn listener_end(&self) -> ListenerEnd {
        ListenerEnd::LeftOpen
    }
}
