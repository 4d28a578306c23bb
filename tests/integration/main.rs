//! The three parts together, against real servers and a real Postgres.
//!
//! * `bad_input/`: what goes wrong outside of us
//! * `both_worlds`: the simulator's verdicts beside the real world's, scenario by scenario
//! * `built`: the workspace's programs, built as they are now
//! * `judge/`: the judge against servers whose faults are known
//! * `killed`: what a killed harness leaves behind, and who removes it
//! * `library`: the judge as a library
//! * `machine/`: what this machine has, and what each test needs of it
//! * `pages`: reports as pages, in a real browser
//! * `plain_build`: the program that users build has no injected bugs
//! * `postgres`: where Postgres comes from, each way for real
//! * `rules/`: what holds of the source itself: who may depend on whom, and how large things are
//! * `injected::simulated`: the whole way of a bug from a seed to the real binary
//! * `store`: gates, the proxy and the count of rows, against a real Postgres
//! * `trial/`: a test, which is ignored if this machine cannot run it
//! * `unit`: unit tests that need something which a machine may lack

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
