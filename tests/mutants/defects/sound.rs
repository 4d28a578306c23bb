//! No defect: the correct server, for comparison.

use crate::base::Behaviour;

/// See the module.
#[derive(Debug)]
pub(crate) struct Sound;

impl Behaviour for Sound {}
