use std::time::Duration;

/// A timer of the shutdown machine. Timers that expire at the same time are handled in the order of
/// declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Timer {
    /// The policy's `lame_duck`.
    LameDuck,
    /// The policy's `first_byte_grace`.
    FirstByte,
    /// The policy's `idle_grace`.
    Idle,
    /// The policy's `deadline`.
    Deadline,
    /// [`ABORT_GRACE`](super::ABORT_GRACE).
    Abort,
    /// The bound of the current release.
    Release,
    /// The policy's `release`, for all releases together.
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

/// When each timer expires, in time since the machine's origin.
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

    /// When the first timer expires.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.0.iter().flatten().min().copied()
    }

    /// Stops and returns the first timer that has expired.
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
