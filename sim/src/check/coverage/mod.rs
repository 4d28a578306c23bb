//! Coverage: which combinations of phase, kind of connection, fault and outcome have come up.
//!
//! * `axes`: the four of them
//! * `matrix`: for people
//! * `set`: many tuples, compact

mod axes;
mod matrix;
mod set;
mod tuple;

pub use self::axes::{Class, Fault, Outcome, Phase};
pub use self::set::Coverage;
pub use self::tuple::Tuple;
