//! No defect: the server that every other one is compared with.

use crate::base::Behaviour;

/// See the module.
#[derive(Debug)]
pub(crate) struct Sound;

impl Behaviour for Sound {}
