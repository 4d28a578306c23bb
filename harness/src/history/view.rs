use super::{Event, History, Sign, What};
use crate::plan::Signal;

/// The moments that checks ask for, in microseconds; `None` is "never".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moments {
    /// The first 200 of `/health`.
    pub ready: Option<u64>,
    /// The first signal.
    pub signalled: Option<u64>,
    /// Which signal that was.
    pub signal: Option<Signal>,
    /// The first sign of shutdown.
    pub visible: Option<u64>,
    /// No sign of shutdown had come in time.
    pub not_visible: Option<u64>,
    /// The port was no longer listened on.
    pub listener_gone: Option<u64>,
    /// A gate was closed for the first time.
    pub gate_closed: Option<u64>,
    /// A gate was opened for the first time.
    pub gate_opened: Option<u64>,
    /// The process had ended by itself: not after the world killed it.
    pub exited: Option<u64>,
    /// The world killed it.
    pub killed: Option<u64>,
    /// The last whole response after the signal.
    pub last_answer: Option<u64>,
    /// The worst delay of the world's own timers.
    pub lag: u64,
    /// Whether the server was seen to say 503 after the signal while its port was still listened
    /// on: a lame duck.
    pub lame_duck: bool,
}

impl Moments {
    /// From when promptness counts: the signal, or the end of a lame duck that could be seen. A
    /// lame duck that keeps its port to the end is over when the process is.
    #[must_use]
    pub fn due_from(&self) -> Option<u64> {
        let seal = if self.lame_duck { self.listener_gone.or(self.exited) } else { None };
        self.signalled.max(seal)
    }

    /// From when requests are judged as sent to a server that is shutting down: the first sign
    /// of it, or the end of the time in which a sign must come.
    #[must_use]
    pub fn draining_from(&self) -> Option<u64> {
        self.visible.or(self.not_visible)
    }

    /// Says when this was, as people would: `12 ms after SIGTERM`.
    #[must_use]
    pub fn when(&self, at_us: u64) -> String {
        let signal = match self.signal {
            Some(Signal::Term) | None => "SIGTERM",
            Some(Signal::Int) => "SIGINT",
        };
        match (self.signalled, self.ready) {
            (Some(signalled), _) if at_us >= signalled => {
                format!("{} after {signal}", span(at_us - signalled))
            }
            (Some(signalled), _) => format!("{} before {signal}", span(signalled - at_us)),
            (None, Some(ready)) if at_us >= ready => {
                format!("{} after the server was ready", span(at_us - ready))
            }
            (None, _) => format!("{} after the start", span(at_us)),
        }
    }
}

impl History {
    /// The moments of this run.
    #[must_use]
    pub fn moments(&self) -> Moments {
        let mut moments = Moments::default();
        for Event { at_us, what, .. } in &self.events {
            let at = *at_us;
            match what {
                What::Ready => set(&mut moments.ready, at),
                What::Signalled { signal, .. } => {
                    set(&mut moments.signalled, at);
                    moments.signal.get_or_insert(*signal);
                }
                What::Visible { sign } => {
                    set(&mut moments.visible, at);
                    moments.lame_duck |= *sign == Sign::Unavailable;
                }
                What::NotVisible => set(&mut moments.not_visible, at),
                What::ListenerGone => set(&mut moments.listener_gone, at),
                What::Holding { .. } => set(&mut moments.gate_closed, at),
                What::Opened { .. } => set(&mut moments.gate_opened, at),
                What::Exited { .. } if moments.killed.is_none() => set(&mut moments.exited, at),
                What::Killed { .. } => set(&mut moments.killed, at),
                What::Answered { answer, .. } if moments.signalled.is_some() => {
                    moments.last_answer = Some(at);
                    let listening = moments.listener_gone.is_none();
                    moments.lame_duck |= answer.status == 503 && listening;
                }
                What::Lag { worst_us } => moments.lag = moments.lag.max(*worst_us),
                _ => {}
            }
        }
        moments
    }
}

fn set(moment: &mut Option<u64>, at: u64) {
    moment.get_or_insert(at);
}

/// A span as people write it: `12 ms`, `3.4 s`.
fn span(us: u64) -> String {
    let ms = us / 1000;
    if ms < 1000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1000, ms % 1000 / 100) }
}
