use std::sync::atomic::{AtomicBool, Ordering};

use super::{exit, print};

/// Whether anything of ours has panicked, in whatever thread.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Has every panic told as a fault of ours, without a backtrace.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|panic| {
        PANICKED.store(true, Ordering::SeqCst);
        let what = panic.payload_as_str().unwrap_or("it gave no reason");
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let place = place.unwrap_or_default();
        print::failure(&format!(
            "this is a fault of lastorders, not of the server: {what}{place}; what was judged in \
             this run must not be believed"
        ));
    }));
}

/// Our own fault outranks every other code.
pub(super) fn outranks(code: u8) -> u8 {
    if PANICKED.load(Ordering::SeqCst) { exit::OUR_FAULT } else { code }
}
