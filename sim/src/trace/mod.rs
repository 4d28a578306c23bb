//! The trace of a run: what happened, in records of 32 bytes, always on, and a hash of all records.
//!
//! * `kind`: the kinds of records, and the meaning of their two numbers
//! * `record`: one record, and its bytes
//! * `hash`: the chained hash
//! * `recorder`: the recording of a thread: [`begin`], [`record`], [`drew`], and its [`Trace`]
//! * `captured`: packets as the network saw them
//! * `words`: records in words
//! * [`export`]: a run in files for other programs
//! * [`leak`]: nondeterminism on demand, which tests the audit
//! * `file`: a trace in a file, for a comparison of two processes
//! * [`audit`]: checks that a case gives the same run twice
//! * `engine_version`, `lock`: the builds that a trace is valid for

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
