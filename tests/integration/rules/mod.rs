//! What holds of the source itself.
//!
//! * `budgets`: sizes of files and functions
//! * `circles`: no folders that import each other
//! * `dependencies`: who may depend on whom, and who does no I/O
//! * `ignored`: unit tests that libtest does not run by itself
//! * `log_text`: no code matches messages of the server's log
//! * `old_names`: names that the code no longer has
//! * `paths`: files that pages name
//! * `packages`: the published packages, and their metadata
//! * `simulation`: injected bugs and rare paths stay in their modules
//! * `sleeps`: no real sleep orders events
//! * `source`: the files, and what is in them

mod budgets;
mod circles;
mod dependencies;
mod ignored;
mod log_text;
mod old_names;
mod packages;
mod paths;
mod simulation;
mod sleeps;
mod source;

pub(crate) use self::ignored::ignored_tests;
pub(crate) use self::source::root;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    let rules = [
        budgets::tests(),
        circles::tests(),
        dependencies::tests(),
        log_text::tests(),
        old_names::tests(),
        packages::tests(),
        paths::tests(),
        simulation::tests(),
        sleeps::tests(),
    ];
    rules.into_iter().flatten().collect()
}
