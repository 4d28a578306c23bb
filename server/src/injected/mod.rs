//! Injected bugs: known faults of the shutdown, so that a judge can prove that it finds them.
//!
//! This module is in a build with `--cfg lastorders_sim` only. The cfg is a flag of rustc and no
//! cargo feature, because cargo unifies features across a workspace. The binary of every other
//! build holds neither the names of the bugs nor the name of the variable that selects one.
//!
//! * `bug`: [`InjectedBug`], the list of bugs.
//! * `name`: the names of the bugs.
//! * `switch`: selects a bug for this thread or for this process.
//!
//! The bugs themselves are in the private module `hooks`.

mod bug;
mod name;
mod switch;

pub use bug::InjectedBug;
pub use name::Unknown;
pub(crate) use switch::injected;
pub use switch::{Guard, on_this_thread, process_wide};
