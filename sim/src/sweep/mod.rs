//! Sweeps: many seeds, over threads and machines, with a result that can be verified.
//!
//! The unit is the *chunk*, a fixed number of consecutive seeds. The result of a chunk depends only
//! on its seeds, and not on the thread, the machine or other chunks. So the result of a sweep is
//! the sum of its chunks in order, on any number of machines.
//!
//! * `seeds`: a range of seeds, and its chunks
//! * `shard`: the chunks of one machine
//! * `auto`: the shard of this machine, from the variables of CI services and clusters
//! * `simulate`: the trait that a sweep needs, and its implementation: generator, world, checks
//! * `chunk`: runs one chunk: seeds, audits, mutants
//! * `tally`: sums of results
//! * `run`: distributes chunks to threads
//! * `first`: finds the first failing seed
//! * `result`: the result as a file
//! * `merge`: merges the results of shards, or says why they do not fit

mod auto;
mod chunk;
mod first;
mod merge;
mod result;
mod run;
mod seeds;
mod shard;
mod simulate;
mod tally;

pub use self::auto::{AutoError, SERVICES, Service, auto};
pub use self::first::first_failure;
pub use self::merge::{MergeError, Same, merge, same};
pub use self::result::{Machine, Options, RESULT_VERSION, ResultError, Sweep, Tool};
pub use self::run::{Go, Swept, Watch, Work, sweep};
pub use self::seeds::{CHUNK, Seeds, SeedsError};
pub use self::shard::{Shard, ShardError};
pub use self::simulate::{Failure, Origin, Seen, Simulate, Simulator};
pub use self::tally::{FailureCase, FailureGroup, Fault, FaultKind, Tally};
