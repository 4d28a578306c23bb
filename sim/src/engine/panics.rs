use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;
use std::sync::Once;

thread_local! {
    static RECORDING: Cell<bool> = const { Cell::new(false) };
    static FIRST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Records this thread's panics instead of printing them, until it is dropped.
#[derive(Debug)]
pub(super) struct Recorder(());

impl Recorder {
    /// Starts to record.
    pub(super) fn start() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if RECORDING.get() { record(info) } else { before(info) }
            }));
        });
        FIRST.set(None);
        RECORDING.set(true);
        Self(())
    }

    /// The first panic since the start: `message at file:line`.
    pub(super) fn first(&self) -> Option<String> {
        FIRST.take()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        RECORDING.set(false);
    }
}

/// Whether this thread has panicked since its recorder started.
pub(super) fn any() -> bool {
    FIRST.with_borrow(Option::is_some)
}

fn record(info: &PanicHookInfo<'_>) {
    FIRST.with_borrow_mut(|first| {
        if first.is_none() {
            let message = info.payload_as_str().unwrap_or("a panic without a message");
            *first = Some(match info.location() {
                Some(place) => format!("{message} at {}:{}", place.file(), place.line()),
                None => message.to_owned(),
            });
        }
    });
}
