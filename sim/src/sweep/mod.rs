//! Sweeps: many seeds, over threads and over machines, with a result that can be proved.
//!
//! The unit is the *chunk*, so many seeds in a row. What a chunk gives depends on nothing but its
//! seeds: which threads or machines carried it out, and what was seen in others, cannot be told
//! from it. So the result of a sweep is the sum of its chunks in their order, however they were
//! shared out.
//!
//! * `seeds`: a range of seeds, and its chunks
//! * `shard`: which chunks are one machine's
//! * `auto`: which shard this machine is, by what CI services and clusters say of themselves
//! * `simulate`: what a sweep needs of a simulation, and the simulation: generator, world, checks
//! * `chunk`: carries out one chunk: seeds, audits, mutants
//! * `tally`: sums of what was seen
//! * `run`: shares chunks out among threads
//! * `first`: only the first seed that fails
//! * `result`: the result as a file
//! * `merge`: puts the results of shards together, or says why not

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
