//! Rules for the source itself.
//!
//! * `budgets`: sizes of files and functions
//! * `circles`: folders do not import each other
//! * `dependencies`: the allowed dependencies of packages, and the modules without I/O
//! * `ignored`: finds unit tests with `#[ignore]`
//! * `log_text`: no code matches messages of the server's log
//! * `old_names`: names that the code must not use any more
//! * `paths`: the files that Markdown pages name exist
//! * `packages`: the published packages, and their metadata
//! * `simulation`: injected bugs and rare paths stay in their modules
//! * `sleeps`: no real sleep orders events
//! * `source`: reads and parses the files

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
