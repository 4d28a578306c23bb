//! What goes wrong outside of us: a clear message, the right exit code, and nothing left behind.
//!
//! * `interrupted`: Ctrl-C in the middle, and worse
//! * `postgres`: no Postgres to be had
//! * `program`: the judge's program, in a place of its own where leftovers show
//! * `servers`: servers that do not even begin to do what they should

mod interrupted;
mod postgres;
mod program;
mod servers;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    [interrupted::tests(), postgres::tests(), servers::tests()].into_iter().flatten().collect()
}
