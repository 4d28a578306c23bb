//! Commands: how the judge finds, describes and stops programs.
//!
//! * `launch`: the command of the server under test
//! * `environment`: which variables a server gets, and which a build gets
//! * `lookup`: where a program is
//! * `shell`: quotes words for a shell, and recognises commands that need no shell
//! * `child`: bounded output of a tool, and the end of its process group

mod child;
mod environment;
mod launch;
mod lookup;
mod shell;

pub use self::environment::Environment;
pub use self::launch::Launch;

pub(crate) use self::child::{Group, Keep, drain, gather};
pub(crate) use self::environment::{SET_BY_JUDGE, for_build};
pub(crate) use self::lookup::{installed, program};
pub(crate) use self::shell::{plain_words, quote};
