use std::future::Future;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::machine::Need;

/// A test, and what it needs of the machine.
pub(crate) struct Test {
    pub(super) name: String,
    pub(super) needs: Vec<Need>,
    pub(super) run: Box<dyn FnOnce() + Send>,
}

impl Test {
    /// `name` is the whole path, as `module::sentence`. The test fails by a panic.
    pub(crate) fn new(
        name: impl Into<String>,
        needs: impl Into<Vec<Need>>,
        run: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self { name: name.into(), needs: needs.into(), run: Box::new(run) }
    }
}

/// The tests of a module: `name;`, or `name [Docker, Node];` with what the test needs. An async
/// test is `async name;`.
#[macro_export]
macro_rules! tests {
    (@each [$($done:tt)*]) => { vec![$($done)*] };
    (@each [$($done:tt)*] async $name:ident $([$($need:ident),+])?; $($rest:tt)*) => {
        $crate::tests!(@each [$($done)* $crate::trial::Test::new(
            $crate::trial::path(module_path!(), stringify!($name)),
            vec![$($($crate::machine::Need::$need),+)?],
            || $crate::trial::block_on($name()),
        ),] $($rest)*)
    };
    (@each [$($done:tt)*] $name:ident $([$($need:ident),+])?; $($rest:tt)*) => {
        $crate::tests!(@each [$($done)* $crate::trial::Test::new(
            $crate::trial::path(module_path!(), stringify!($name)),
            vec![$($($crate::machine::Need::$need),+)?],
            $name,
        ),] $($rest)*)
    };
    ($($tests:tt)*) => { $crate::tests!(@each [] $($tests)*) };
}

/// The name of a test in a module of this program.
pub(crate) fn path(module: &str, name: &str) -> String {
    let inside = module.split_once("::").map_or("", |(_, inside)| inside);
    if inside.is_empty() { name.to_owned() } else { format!("{inside}::{name}") }
}

/// Runs an asynchronous test to its end.
pub(crate) fn block_on(test: impl Future<Output = ()>) {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.expect("a runtime").block_on(test);
}

/// Runs of the whole catalogue at one time.
const AT_ONCE: u32 = 2;

/// The right to run the whole catalogue, until it is dropped.
#[must_use = "a run of the catalogue keeps its turn until the end of the run"]
pub(crate) struct CatalogueTurn {
    _permit: SemaphorePermit<'static>,
}

impl CatalogueTurn {
    /// Waits until fewer than two runs of the catalogue are under way. Cancel safe.
    ///
    /// Each run has one server a scenario, and mostly waits for them. Two runs keep two processors
    /// busy, and more runs would make timers late.
    pub(crate) async fn wait() -> Self {
        Self::take(1).await
    }

    /// Waits until no run of the catalogue is under way, and keeps all others waiting. For a server
    /// that is under load until it is killed: one such run keeps two processors busy. Cancel safe.
    pub(crate) async fn wait_alone() -> Self {
        Self::take(AT_ONCE).await
    }

    async fn take(permits: u32) -> Self {
        static TURNS: Semaphore = Semaphore::const_new(AT_ONCE as usize);
        let permit = TURNS.acquire_many(permits).await.expect("the semaphore is never closed");
        Self { _permit: permit }
    }
}
