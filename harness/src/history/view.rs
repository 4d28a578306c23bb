use super::{Event, History, Sign, What};

/// The moments that checks ask for, in microseconds; `None` is "never".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moments {
    /// The first 200 of `/health`.
    pub ready: Option<u64>,
    /// The first signal.
    pub signalled: Option<u64>,
    /// The first sign of shutdown.
    pub visible: Option<u64>,
    /// The port was no longer listened on.
    pub listener_gone: Option<u64>,
    /// The process had ended by itself.
    pub exited: Option<u64>,
    /// The world killed it.
    pub killed: Option<u64>,
    /// The last whole response after the signal.
    pub last_answer: Option<u64>,
    /// The worst delay of the world's own timers.
    pub lag: u64,
    /// Whether the first sign was a 503 while the port still answered: a lame duck.
    pub lame_duck: bool,
}

impl Moments {
    /// From when promptness counts: the signal, or the end of a lame duck that could be seen.
    #[must_use]
    pub fn due_from(&self) -> Option<u64> {
        let seal = if self.lame_duck { self.listener_gone } else { None };
        self.signalled.max(seal)
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
                What::Signalled { .. } => set(&mut moments.signalled, at),
                What::Visible { sign } => {
                    set(&mut moments.visible, at);
                    moments.lame_duck = *sign == Sign::Unavailable;
                }
                What::ListenerGone => set(&mut moments.listener_gone, at),
                What::Exited { .. } => set(&mut moments.exited, at),
                What::Killed { .. } => set(&mut moments.killed, at),
                What::Answered { .. } if moments.signalled.is_some() => {
                    moments.last_answer = Some(at);
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
