//! The simulator as its users have it: the program, the library, and what both promise.
//!
//! * `cli`: exit codes, files, signals, and the line that is printed
//! * `failing`: what is done with a case that fails
//! * `gate`: the first seeds of every family, and the corpus
//! * `golden`: runs that are written down
//! * `leaks`: planted leaks of determinism, which the audit must catch
//! * `own_service`: a team's own service
//! * `peers`: what the table of other servers says
//! * `shell`: the program, started as a shell does it
//! * `sweep`: shards, and what they merge to
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
