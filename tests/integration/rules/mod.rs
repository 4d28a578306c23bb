//! What holds of the source itself.
//!
//! * `budgets`: sizes of files and functions
//! * `dependencies`: who may depend on whom, and who does no I/O
//! * `ignored`: unit tests that libtest does not run by itself
//! * `packages`: the published packages, and their metadata
//! * `sleeps`: no real sleep orders events
//! * `source`: the files, and what is in them

mod budgets;
mod dependencies;
mod ignored;
mod packages;
mod sleeps;
mod source;

pub(crate) use self::ignored::ignored_tests;
pub(crate) use self::source::root;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    [budgets::tests(), dependencies::tests(), packages::tests(), sleeps::tests()]
        .into_iter()
        .flatten()
        .collect()
}
