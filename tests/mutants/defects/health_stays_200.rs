//! `/health` answers 200 throughout the shutdown.

use crate::base::{Behaviour, Phase};

/// See the module.
#[derive(Debug)]
pub(crate) struct HealthStays200;

impl Behaviour for HealthStays200 {
    fn is_healthy(&self, _phase: Phase) -> bool {
        true
    }
}
