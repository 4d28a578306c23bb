//! The listener stays open and is never accepted from: connects succeed, and nobody answers.

use crate::base::{Conduct, SealContext};

/// See the module.
#[derive(Debug)]
pub(crate) struct ListenerLeftOpenNeverAccepted;

impl Conduct for ListenerLeftOpenNeverAccepted {
    fn door(&self) -> SealContext {
        SealContext::LeftOpen
    }
}
