//! Turns a case into a plan that `lastorders run --plans` runs against a real binary.
//!
//! A test from outside cannot hit a race of microseconds. So the plan proves that requests are in
//! flight: it holds their statements at a gate, and sends the signal only then. All other times
//! keep their order and get larger distances.
//!
//! * `export`: the plan, and its differences from the case
//! * `held`: the requests in flight at the signal
//! * `gate`: the steps that hold requests in flight
//! * `moments`: times that real clocks can distinguish

mod export;
mod gate;
mod held;
mod moments;
#[cfg(test)]
mod tests;

pub use self::export::{Exported, export};
