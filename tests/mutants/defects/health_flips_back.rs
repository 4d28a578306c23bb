//! `/health` answers 503 once, and then 200 again.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::{Behaviour, Phase};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct HealthFlipsBack {
    said: AtomicBool,
}

impl Behaviour for HealthFlipsBack {
    fn is_healthy(&self, phase: Phase) -> bool {
        match phase {
            Phase::Serving => true,
            Phase::LameDuck => self.said.swap(true, Ordering::Relaxed),
            Phase::Closing | Phase::Aborting => true,
        }
    }
}
