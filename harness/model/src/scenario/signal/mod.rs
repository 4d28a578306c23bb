//! The signal itself.

pub(super) mod idle_exit;
pub(super) mod second_sigterm;
