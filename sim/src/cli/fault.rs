use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::print;

/// The most reported panics. A fault of the simulator can show in every seed.
const REPORTED: usize = 3;

/// Number of panics so far.
static SEEN: AtomicUsize = AtomicUsize::new(0);

/// Reports the simulator's own panics in one line each. The engine records panics of the server
/// under test, and calls this hook only for others.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|panic| {
        if SEEN.fetch_add(1, Ordering::Relaxed) >= REPORTED {
            return;
        }
        let what = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let place = place.unwrap_or_default();
        print::failure(&format!(
            "this is a fault of the simulator, not of the server: {what}{place}"
        ));
    }));
}

/// Reports a panic that has ended a command, unless the hook has. The engine records a panic within
/// a run as the server's.
pub(super) fn report(payload: &(dyn Any + Send)) {
    if SEEN.load(Ordering::Relaxed) == 0 {
        let words = payload.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| payload.downcast_ref::<&str>().copied());
        let what = words.unwrap_or("no message");
        print::failure(&format!("this is a fault of the simulator, not of the server: {what}"));
    }
}
