use super::{Event, EventKind, History, Sign};
use crate::plan::{Gate, Signal};

/// The moments that checks need, in microseconds; `None` means "never".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moments {
    /// The first 200 from `/health`.
    pub ready: Option<u64>,
    /// The first signal.
    pub signalled: Option<u64>,
    /// The name of the first signal.
    pub signal: Option<Signal>,
    /// The first sign of shutdown.
    pub visible: Option<u64>,
    /// The time by which a sign of shutdown was due and had not come.
    pub not_visible: Option<u64>,
    /// Nothing listened on the port any more.
    pub listener_gone: Option<u64>,
    /// The row gate closed for the first time. No row got into `jobs` from then until
    /// `gate_opened`.
    pub rows_kept_out: Option<u64>,
    /// A gate opened for the first time.
    pub gate_opened: Option<u64>,
    /// The process ended by itself, not because the world killed it.
    pub exited: Option<u64>,
    /// The world killed the server.
    pub killed: Option<u64>,
    /// The last whole response after the signal.
    pub last_answer: Option<u64>,
    /// The worst delay of the world's own timers before the signal, in microseconds; 0 if the world
    /// measured the whole run at once.
    pub lag_before_signal: u64,
    /// The worst delay since the signal, or of the whole run if there was no signal. `None` if the
    /// world recorded no delay.
    pub lag_since_signal: Option<u64>,
    /// Whether the server was a lame duck: a client got 503 after the signal, while the server
    /// still listened.
    pub lame_duck: bool,
}

impl Moments {
    /// The moment from which promptness counts: the signal, or the end of a visible lame duck. A
    /// lame duck that never closes its port ends with the process.
    #[must_use]
    pub fn due_from(&self) -> Option<u64> {
        let lame_duck_end = if self.lame_duck { self.listener_gone.or(self.exited) } else { None };
        self.signalled.max(lame_duck_end)
    }

    /// The moment from which a request counts as sent during the shutdown: the first sign, or the
    /// time by which a sign was due.
    #[must_use]
    pub fn draining_from(&self) -> Option<u64> {
        [self.visible, self.not_visible].into_iter().flatten().min()
    }

    /// A time for people, relative to the signal: `12 ms after SIGTERM`.
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
    /// Collects the moments of this run.
    #[must_use]
    pub fn moments(&self) -> Moments {
        let mut moments = Moments::default();
        for Event { at_us, what, .. } in &self.events {
            let at = *at_us;
            match what {
                EventKind::Ready => set(&mut moments.ready, at),
                EventKind::Signalled { signal, .. } => {
                    if moments.signalled.is_none() {
                        moments.lag_before_signal = moments.lag_since_signal.take().unwrap_or(0);
                    }
                    set(&mut moments.signalled, at);
                    moments.signal.get_or_insert(*signal);
                }
                EventKind::Visible { sign } => {
                    set(&mut moments.visible, at);
                    moments.lame_duck |= *sign == Sign::Unavailable;
                }
                EventKind::NotVisible => set(&mut moments.not_visible, at),
                EventKind::ListenerGone => set(&mut moments.listener_gone, at),
                EventKind::Holding { gate: Gate::Row } => set(&mut moments.rows_kept_out, at),
                EventKind::Opened { .. } => set(&mut moments.gate_opened, at),
                EventKind::Exited { .. } if moments.killed.is_none() => {
                    set(&mut moments.exited, at)
                }
                EventKind::Killed { .. } => set(&mut moments.killed, at),
                EventKind::Answered { answer, .. } if moments.signalled.is_some() => {
                    moments.last_answer = Some(at);
                    let listening = moments.listener_gone.is_none();
                    moments.lame_duck |= answer.status == 503 && listening;
                }
                EventKind::Lag { worst_us } => {
                    moments.lag_since_signal = moments.lag_since_signal.max(Some(*worst_us));
                }
                // No other kind is a moment of the shutdown.
                _ => {}
            }
        }
        moments
    }
}

fn set(moment: &mut Option<u64>, at: u64) {
    moment.get_or_insert(at);
}

/// A span for people: `12 ms`, `3.4 s`.
fn span(us: u64) -> String {
    let ms = us / 1000;
    if ms < 1000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1000, ms % 1000 / 100) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Target;

    fn moments(events: &[(u64, EventKind)]) -> Moments {
        let event = |(ms, what): &(u64, EventKind)| Event {
            at_us: ms * 1000,
            actor: "world".to_owned(),
            what: what.clone(),
        };
        History { events: events.iter().map(event).collect() }.moments()
    }

    fn signal() -> EventKind {
        EventKind::Signalled { signal: Signal::Int, target: Target::Leader }
    }

    fn exited() -> EventKind {
        EventKind::Exited { code: Some(0), signal: None }
    }

    #[test]
    fn promptness_counts_from_the_signal_or_the_end_of_a_lame_duck() {
        let lame = EventKind::Visible { sign: Sign::Unavailable };
        let shut = EventKind::Visible { sign: Sign::ListenerGone };
        let rows = [
            ("no signal", vec![(9, exited())], None),
            ("the listener closes at once", vec![(1, signal()), (2, shut)], Some(1000)),
            (
                "a lame duck that ends",
                vec![(1, signal()), (2, lame.clone()), (7, EventKind::ListenerGone), (9, exited())],
                Some(7000),
            ),
            ("a lame duck to the end", vec![(1, signal()), (2, lame), (9, exited())], Some(9000)),
        ];
        for (what, events, due) in rows {
            assert_eq!(moments(&events).due_from(), due, "{what}");
        }
    }

    #[test]
    fn killed_process_has_not_exited_by_itself() {
        let killed = EventKind::Killed { why: String::new() };
        let seen = moments(&[(1, signal()), (5, killed), (6, exited())]);
        assert_eq!((seen.exited, seen.killed), (None, Some(5000)));
        let seen = moments(&[(1, signal()), (5, exited())]);
        assert_eq!((seen.exited, seen.killed), (Some(5000), None));
    }

    #[test]
    fn drain_begins_at_the_first_sign_or_when_a_sign_was_due() {
        let shut = EventKind::Visible { sign: Sign::ListenerGone };
        assert_eq!(moments(&[(1, signal())]).draining_from(), None);
        assert_eq!(moments(&[(1, signal()), (3, shut.clone())]).draining_from(), Some(3000));
        let late = [(1, signal()), (3, EventKind::NotVisible), (7, shut)];
        assert_eq!(moments(&late).draining_from(), Some(3000));
    }

    #[test]
    fn times_are_shown_relative_to_the_signal_or_the_start() {
        let after_signal = moments(&[(100, EventKind::Ready), (300, signal())]);
        assert_eq!(after_signal.when(312_400), "12 ms after SIGINT");
        assert_eq!(after_signal.when(300_000), "0 ms after SIGINT");
        assert_eq!(after_signal.when(290_000), "10 ms before SIGINT");
        assert_eq!(after_signal.when(10_399_000), "10.0 s after SIGINT");
        let calm = moments(&[(100, EventKind::Ready)]);
        assert_eq!(calm.when(150_000), "50 ms after the server was ready");
        assert_eq!(calm.when(50_000), "50 ms after the start");
    }
}
