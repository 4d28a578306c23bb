//! The library, the judge and the simulator together, against real servers and a real Postgres.
//!
//! * `bad_input/`: bad servers, a missing Postgres, and interrupted runs
//! * `both_worlds`: the simulator's verdicts beside the real world's, scenario by scenario
//! * `built`: the workspace's programs, built from the present sources
//! * `judge/`: the judge against servers with known faults
//! * `killed`: what a killed harness leaves, and who removes it
//! * `library`: the judge as a library
//! * `machine/`: what a test can need, and whether this machine has it
//! * `pages`: HTML reports, in a real browser
//! * `plain_build`: the program that users build has no injected bugs
//! * `postgres`: each source of Postgres, on this machine
//! * `rules/`: what the source itself must obey: dependencies, sizes, names
//! * `injected::simulated`: a bug's whole course, from a seed to the real binary
//! * `store`: gates, the proxy and the count of rows, against a real Postgres
//! * `trial/`: a test, which is ignored if this machine lacks its needs
//! * `unit`: unit tests that need something a machine may lack

mod bad_input;
mod both_worlds;
mod built;
mod judge;
mod killed;
mod library;
mod machine;
mod pages;
mod plain_build;
mod postgres;
mod rules;
mod store;
mod trial;
mod unit;

/// Every test that needs `--cfg lastorders_sim` has `injected` in its path.
#[cfg(lastorders_sim)]
#[path = "."]
mod injected {
    pub(crate) mod simulated;
}

use std::process::ExitCode;

use libtest_mimic::Arguments;

use crate::trial::Required;

fn main() -> ExitCode {
    killed::hold_a_postgres_if_asked();
    let arguments = Arguments::from_args();
    let required = match Required::from_environment() {
        Ok(required) => required,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let tests = [
        #[cfg(lastorders_sim)]
        both_worlds::injected::tests(),
        #[cfg(lastorders_sim)]
        injected::simulated::tests(),
        judge::tests(),
        both_worlds::tests(),
        bad_input::tests(),
        killed::tests(),
        library::tests(),
        pages::tests(),
        plain_build::tests(),
        postgres::tests(),
        rules::tests(),
        store::tests(),
        trial::tests(),
        unit::tests(),
    ];
    trial::run(&arguments, &required, tests.into_iter().flatten().collect()).exit_code()
}
