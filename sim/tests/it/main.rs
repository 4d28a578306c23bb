//! Tests of the simulator from outside: the program, the library, and their promises.
//!
//! * `cli`: exit codes, files, signals, and the reproduction line
//! * `failing`: commands on a failing case
//! * `gate`: the first seeds of every family, and the corpus
//! * `golden`: traces that are written down
//! * `leaks`: nondeterminism that the audit must catch
//! * `own_service`: a team's own service
//! * `peers`: the table of other servers
//! * `shell`: starts the program like a shell
//! * `sweep`: shards and merges
//! * `turmoil`: a second opinion

mod cli;
mod failing;
mod gate;
mod golden;
mod leaks;
mod own_service;
mod peers;
mod shell;
mod sweep;
mod turmoil;
