//! x
#[cfg(feature = "real")]
pub mod postgres;
#[cfg(feature = "real")]
pub mod store;
