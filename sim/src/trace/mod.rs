//! The trace of a run: what happened, in 32 bytes each, always on, and a hash of all of it.
//!
//! * `kind`: what can be recorded, and what its two numbers mean
//! * `record`: one record, and its bytes
//! * `hash`: the chained hash
//! * `recorder`: the one recording of a thread: [`begin`], [`record`], [`drew`]
//! * `trace`: what a recording gives

mod hash;
mod kind;
mod record;
mod recorder;
#[expect(clippy::module_inception, reason = "the folder is named after its main type")]
mod trace;

pub use self::hash::Chain;
pub use self::kind::{Kind, Stream};
pub use self::record::{NO_CONNECTION, Record};
pub use self::recorder::{Recording, begin, drew, len, record};
pub use self::trace::{Draw, Trace};
