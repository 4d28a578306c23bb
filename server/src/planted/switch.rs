use std::cell::Cell;
use std::sync::OnceLock;

use super::{Planted, Unknown};

/// The variable of the environment from which the reference program takes the name of a bug.
const VARIABLE: &str = "LASTORDERS_PLANTED";

thread_local! {
    static ON_THIS_THREAD: Cell<Option<Planted>> = const { Cell::new(None) };
}

static IN_THIS_PROCESS: OnceLock<Planted> = OnceLock::new();

/// Whether this bug is planted: on this thread, or else in this process.
pub(crate) fn planted(bug: Planted) -> bool {
    ON_THIS_THREAD.get().or_else(|| IN_THIS_PROCESS.get().copied()) == Some(bug)
}

/// Plants a bug in every server of this thread until the guard is dropped: a simulation is one
/// thread, and others have other bugs.
pub fn here(bug: Planted) -> Here {
    Here { before: ON_THIS_THREAD.replace(Some(bug)) }
}

/// While this lives, a bug is planted on the thread that made it.
#[derive(Debug)]
#[must_use = "the bug is there only while this lives"]
pub struct Here {
    before: Option<Planted>,
}

impl Drop for Here {
    fn drop(&mut self) {
        ON_THIS_THREAD.set(self.before);
    }
}

/// Plants the bug that `LASTORDERS_PLANTED` names in the whole process, for as long as it lives,
/// and says which; `None` when the variable is not set. Meant for programs, before they serve.
///
/// # Errors
///
/// When there is no bug of that name.
pub fn everywhere() -> Result<Option<Planted>, Unknown> {
    let Ok(name) = std::env::var(VARIABLE) else { return Ok(None) };
    let bug = name.parse()?;
    Ok(Some(*IN_THIS_PROCESS.get_or_init(|| bug)))
}
