use std::cell::Cell;
use std::sync::OnceLock;

use super::{InjectedBug, Unknown};

/// The environment variable by which the reference program selects a bug.
const VARIABLE: &str = "LASTORDERS_INJECT";

thread_local! {
    static ON_THIS_THREAD: Cell<Option<InjectedBug>> = const { Cell::new(None) };
}

static IN_THIS_PROCESS: OnceLock<InjectedBug> = OnceLock::new();

/// Whether this bug is injected. The thread's own selection wins over the process's.
pub(crate) fn injected(bug: InjectedBug) -> bool {
    ON_THIS_THREAD.get().or_else(|| IN_THIS_PROCESS.get().copied()) == Some(bug)
}

/// Injects a bug into every server of this thread until the guard is dropped. A simulation runs on
/// one thread, and simulations on other threads have other bugs.
pub fn on_this_thread(bug: InjectedBug) -> Guard {
    Guard { previous: ON_THIS_THREAD.replace(Some(bug)) }
}

/// Keeps a bug injected on the thread that created the guard.
#[derive(Debug)]
#[must_use = "the bug is removed when the guard is dropped"]
pub struct Guard {
    previous: Option<InjectedBug>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        ON_THIS_THREAD.set(self.previous);
    }
}

/// Injects the bug that the environment variable `LASTORDERS_INJECT` names into this process, for
/// the rest of its life, and returns the bug; `None` if the variable is not set. A program calls
/// this once, before it serves.
///
/// # Errors
///
/// If no bug has that name.
pub fn process_wide() -> Result<Option<InjectedBug>, Unknown> {
    let Ok(name) = std::env::var(VARIABLE) else { return Ok(None) };
    let bug = name.parse()?;
    Ok(Some(*IN_THIS_PROCESS.get_or_init(|| bug)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_injected_on_its_thread_until_its_guard_is_dropped() {
        assert!(InjectedBug::ALL.into_iter().all(|bug| !injected(bug)));
        let outer = on_this_thread(InjectedBug::Canary);
        let inner = on_this_thread(InjectedBug::PoolFirst);
        assert!(injected(InjectedBug::PoolFirst) && !injected(InjectedBug::Canary));
        let elsewhere = std::thread::spawn(|| injected(InjectedBug::PoolFirst)).join();
        assert!(!elsewhere.expect("the thread does not panic"));
        drop(inner);
        assert!(injected(InjectedBug::Canary));
        drop(outer);
        assert!(!injected(InjectedBug::Canary));
    }

    #[test]
    fn every_bug_is_read_by_its_name() {
        for bug in InjectedBug::ALL {
            assert_eq!(bug.to_string().parse(), Ok(bug));
        }
        let error = "none".parse::<InjectedBug>().expect_err("no bug has this name").to_string();
        assert!(error.contains("\"none\"") && error.contains("pool-first"), "{error}");
    }
}
