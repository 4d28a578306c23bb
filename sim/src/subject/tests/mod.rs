//! Tests of every server, in memory and on tokio's paused clock.
//!
//! * `rig`: a server, its listener in memory, and its clients
//! * `app`: the application
//! * `as_they_come`: common behaviour, and known faults of the others
//! * `wrong_goaway`: the bug that wraps our server. It needs no `--cfg lastorders_sim`, so it is
//!   apart from `injected`.
//! * `injected/`: the bugs inside our server

/// Runs a script against our server with the bug and without. The script must see the bug in the
/// first run only.
macro_rules! shows {
    ($($name:literal: $script:ident;)*) => {$(
        #[test]
        fn $script() {
            use crate::subject::{Subject, tests::rig::run};
            let bug = crate::bugs::Bug::find($name).expect("a bug");
            assert!(run(super::$script(Subject::Injected(bug))), "the bug does not show");
            assert!(!run(super::$script(Subject::Ours)), "our server shows it without the bug");
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
