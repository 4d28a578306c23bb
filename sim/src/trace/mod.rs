//! The trace of a run: what happened, in 32 bytes each, always on, and a hash of all of it.
//!
//! * `kind`: what can be recorded, and what its two numbers mean
//! * `record`: one record, and its bytes
//! * `hash`: the chained hash
//! * `recorder`: the recording of a thread: [`begin`], [`record`], [`drew`], and its [`Trace`]
//! * `captured`: packets as the network saw them
//! * `words`: records for people
//! * [`export`]: a run in files for other programs
//! * [`leak`]: nondeterminism on demand, so that the audit is itself tested
//! * `file`: a trace in a file, so that two processes can be compared
//! * [`audit`]: whether a case gives the same run twice
//! * `engine_version`, `lock`: what a trace is valid for

pub mod audit;
mod captured;
mod engine_version;
pub mod export;
mod file;
mod hash;
mod kind;
pub mod leak;
mod lock;
mod record;
mod recorder;
mod words;

pub use self::captured::{Captured, flag_names, packet, packet_a, packet_b};
pub use self::engine_version::ENGINE_VERSION;
pub use self::file::{Header, MOST_DRAWS, MOST_RECORDS, ReadError, read, write};
pub use self::hash::Chain;
pub use self::kind::{Kind, Stream};
pub use self::lock::{LOCK_HASH, PACKAGES_HASH};
pub use self::record::{NO_CONNECTION, Record};
pub use self::recorder::{Draw, Recording, Trace, begin, drew, len, pause, record, record_at};
use self::words::phase;
pub use self::words::{Names, line, time, what};
