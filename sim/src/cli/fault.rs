use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::print;

/// How many panics are told. One fault of ours shows itself in every seed, and once is enough.
const TOLD: usize = 3;

/// How many have been.
static SEEN: AtomicUsize = AtomicUsize::new(0);

/// Has our own panics told in one line each. Those of a server under test are recorded by the
/// engine, which asks this hook only for those that are none.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|panic| {
        if SEEN.fetch_add(1, Ordering::Relaxed) >= TOLD {
            return;
        }
        let what = panic.payload_as_str().unwrap_or("it gave no reason");
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let place = place.unwrap_or_default();
        print::failure(&format!(
            "this is a fault of the simulator, not of the server: {what}{place}"
        ));
    }));
}

/// Tells a panic that has ended a command, unless the hook has: one within a run is recorded by the
/// engine, which takes it for the server's.
pub(super) fn tell(payload: &(dyn Any + Send)) {
    if SEEN.load(Ordering::Relaxed) == 0 {
        let words = payload.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| payload.downcast_ref::<&str>().copied());
        let what = words.unwrap_or("it gave no reason");
        print::failure(&format!("this is a fault of the simulator, not of the server: {what}"));
    }
}
