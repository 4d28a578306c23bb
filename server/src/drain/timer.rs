use std::time::Duration;

/// What may run out. Declaration order breaks ties between timers that run out at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Timer {
    /// The end of the lame duck.
    LameDuck,
    /// Connections without a byte have had their read.
    FirstByte,
    /// Idle connections have had the time for their last request.
    Idle,
    /// Everything in flight has had its time.
    Deadline,
    /// What was cut has had the time to go.
    Abort,
    /// The release under way has had its time.
    Release,
    /// All releases together have had their time.
    ReleaseAll,
}

const ALL: [Timer; 7] = [
    Timer::LameDuck,
    Timer::FirstByte,
    Timer::Idle,
    Timer::Deadline,
    Timer::Abort,
    Timer::Release,
    Timer::ReleaseAll,
];

/// When each timer runs out, in time since the machine's origin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers([Option<Duration>; ALL.len()]);

impl Timers {
    pub(crate) fn set(&mut self, timer: Timer, at: Duration) {
        self.0[timer as usize] = Some(at);
    }

    pub(crate) fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    pub(crate) fn stop_all(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn get(&self, timer: Timer) -> Option<Duration> {
        self.0[timer as usize]
    }

    /// When the first timer runs out.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.0.iter().flatten().min().copied()
    }

    /// Takes the first timer that has run out.
    pub(crate) fn take_expired(&mut self, now: Duration) -> Option<Timer> {
        let first = ALL
            .into_iter()
            .filter_map(|timer| self.get(timer).map(|at| (at, timer)))
            .filter(|(at, _)| *at <= now)
            .min_by_key(|(at, _)| *at)?;
        self.stop(first.1);
        Some(first.1)
    }
}
