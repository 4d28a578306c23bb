//! Bad input: each case gives a clear message and the right exit code, and leaves nothing behind.
//!
//! * `interrupted`: runs that end by Ctrl-C, SIGTERM or SIGKILL
//! * `postgres`: a Postgres that is missing
//! * `program`: the judge's program, with a temporary directory that shows leftovers
//! * `servers`: servers that fail before a scenario can begin

mod interrupted;
mod postgres;
mod program;
mod servers;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    [interrupted::tests(), postgres::tests(), servers::tests()].into_iter().flatten().collect()
}
