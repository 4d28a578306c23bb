//! A case as a plan that `lastorders run --plans` carries out against a real binary.
//!
//! A race of microseconds cannot be hit from outside. So what was in flight at the signal is put in
//! flight by proof: its statements are held at a gate, and the signal waits for that. All other
//! times keep their order and are drawn apart.
//!
//! * `export`: the plan, and what was changed
//! * `held`: what was in flight at the signal
//! * `gate`: the steps that put it in flight
//! * `moments`: times that real clocks can tell apart

mod export;
mod gate;
mod held;
mod moments;
#[cfg(test)]
mod tests;

pub use self::export::{Exported, export};
