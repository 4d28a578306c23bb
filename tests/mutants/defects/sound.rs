//! No defect: the server that every other one is compared with.

use crate::base::Conduct;

/// See the module.
#[derive(Debug)]
pub(crate) struct Sound;

impl Conduct for Sound {}
