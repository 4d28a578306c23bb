//! Coverage: the combinations of phase, kind of connection, fault and outcome that came up.
//!
//! * `axes`: the four axes
//! * `matrix`: a table for people
//! * `set`: a compact set of tuples
//! * `tuple`: one combination, with its number

mod axes;
mod matrix;
mod set;
mod tuple;

pub use self::axes::{Class, Fault, Outcome, Phase};
pub use self::set::Coverage;
pub use self::tuple::Tuple;
