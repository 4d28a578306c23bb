//! Every server, in memory and on tokio's paused clock.
//!
//! * `rig`: one server, its listener in memory, and what is done to it
//! * `app`: what it serves
//! * `as_they_come`: what all have in common, and the faults that others are known for
//! * `wrong_goaway`: what the bug around our server does
//! * `injected/`: what each bug inside of our server does

/// Runs a script against our server with the bug and without. The script must see the bug in the
/// first run only.
macro_rules! shows {
    ($($name:literal: $script:ident;)*) => {$(
        #[test]
        fn $script() {
            use crate::subject::{Subject, tests::rig::run};
            let bug = crate::bugs::Bug::find($name).expect("a bug");
            assert!(run(super::$script(Subject::Injected(bug))), "the bug does not show");
            assert!(!run(super::$script(Subject::Ours)), "ours does it, too");
        }
    )*};
}
use shows;

mod app;
mod as_they_come;
#[cfg(lastorders_sim)]
mod injected;
mod rig;
mod wrong_goaway;
