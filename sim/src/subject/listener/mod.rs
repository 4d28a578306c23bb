//! The simulated listener, in the words of each server.
//!
//! * `sim`: what a world has to bring, [`SimListener`]
//! * `ours`: for `lastorders`, with its seal
//! * `axum`: for `axum::serve`
//! * `axum_server`: for the crate `axum-server`

mod axum;
mod axum_server;
mod ours;
mod sim;

pub use self::axum::ForAxum;
pub use self::axum_server::{ForAxumServer, SimAddress};
pub use self::ours::Sealed;
pub use self::sim::SimListener;
