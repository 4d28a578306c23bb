//! Injected bugs: known faults of the shutdown, so that a judge can prove that it finds them.
//!
//! A fault can be injected only in a build with `--cfg lastorders_sim`, and only there this module
//! is public. The cfg is a flag of rustc and no cargo feature, because cargo unifies features
//! across a workspace. In every other build `injected` is a constant `false`, and the binary
//! holds neither the names of the bugs nor the name of the variable that selects one.
//!
//! * `bug`: [`InjectedBug`], the list of bugs, and the constant `false`.
//! * `name`: the names of the bugs.
//! * `switch`: selects a bug for this thread or for this process.
//! * `before`: the state of [`InjectedBug::HealthLate`].

mod before;
mod bug;
#[cfg(lastorders_sim)]
mod name;
#[cfg(lastorders_sim)]
mod switch;

pub(crate) use before::Before;
#[cfg(lastorders_sim)]
pub use bug::InjectedBug;
#[cfg(not(lastorders_sim))]
pub(crate) use bug::{InjectedBug, injected};
#[cfg(lastorders_sim)]
pub use name::Unknown;
#[cfg(lastorders_sim)]
pub(crate) use switch::injected;
#[cfg(lastorders_sim)]
pub use switch::{Guard, on_this_thread, process_wide};
