use std::fmt;
use std::time::Duration;

/// How long what was cut at the deadline is given to go away before resources are released all the
/// same. A handler that blocks its thread cannot be cut, and must not keep the process alive.
pub const ABORT_GRACE: Duration = Duration::from_millis(50);

/// What happens to new requests from the signal on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LameDuckWork {
    /// They are served as before. An orchestrator routes to us for seconds after the signal, and
    /// refusing that work would be an outage.
    Serve,
    /// They are answered 503 with `Connection: close`, and not executed, until the very end. What
    /// had arrived by the signal, if only in the kernel's buffers, is not new, and is served.
    Refuse,
}

/// How long each phase may take, and what happens to work in it.
///
/// Made by [`Policy::default`] or a preset and changed field by field:
///
/// ```
/// use lastorders::Policy;
/// use std::time::Duration;
///
/// let policy = Policy::docker().deadline(Duration::from_secs(5)).forced_exit_code(3);
/// assert!(policy.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// How long we stay reachable after readiness is off. Default 0: closing the door at once is
    /// what the plain contract says. One that leaves no time before the deadline is shortened by
    /// [`serve`](crate::serve): see [`Policy::check`].
    pub lame_duck: Duration,
    /// What happens to new requests from the signal on. Default [`LameDuckWork::Serve`].
    pub lame_duck_work: LameDuckWork,
    /// How long handshakes that began before the seal may take to finish, where the seal can wait
    /// for them. Default 50 ms, a round trip.
    pub handshake_grace: Duration,
    /// How long an idle keep-alive connection stays open for one last response. Default 250 ms:
    /// HTTP/1.1 has no other way to avoid closing on a request that is already in the air. Counted
    /// from when the door is closed, or from when closing it began if connections wait that there
    /// are no descriptors for.
    pub idle_grace: Duration,
    /// How long a connection that has not sent a byte stays open. Default 250 ms: one just
    /// accepted, whose request is still unread, gets one read before it is judged idle.
    pub first_byte_grace: Duration,
    /// How long a connection whose write side we have shut is read from, and what comes thrown
    /// away, so that no reset destroys the response on its way. It ends at once when the peer
    /// closes. Default 250 ms, a long round trip.
    pub linger: Duration,
    /// When everything still in flight is cut, counted from the signal. Default 8 s: with `release`
    /// it stays below the 10 s that Docker allows.
    pub deadline: Duration,
    /// How long all releases may take together. Default 1 s: pools hang too.
    pub release: Duration,
    /// The exit code when work was cut at the deadline, or a resource could not be released.
    /// Default 0; a team that wants its orchestrator to notice sets another.
    pub forced_exit_code: u8,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            lame_duck: Duration::ZERO,
            lame_duck_work: LameDuckWork::Serve,
            handshake_grace: Duration::from_millis(50),
            idle_grace: Duration::from_millis(250),
            first_byte_grace: Duration::from_millis(250),
            linger: Duration::from_millis(250),
            deadline: Duration::from_secs(8),
            release: Duration::from_secs(1),
            forced_exit_code: 0,
        }
    }
}

impl Policy {
    /// For `docker stop`, which kills after 10 s: the defaults.
    #[must_use]
    pub fn docker() -> Self {
        Self::default()
    }

    /// For a Kubernetes pod with its grace period of 30 s: 5 s of lame duck while endpoints are
    /// updated, a deadline of 22 s and 3 s to release.
    #[must_use]
    pub fn kubernetes() -> Self {
        Self::default()
            .lame_duck(Duration::from_secs(5))
            .deadline(Duration::from_secs(22))
            .release(Duration::from_secs(3))
    }

    /// Sets [`lame_duck`](#structfield.lame_duck).
    #[must_use]
    pub fn lame_duck(self, lame_duck: Duration) -> Self {
        Self { lame_duck, ..self }
    }

    /// Sets [`lame_duck_work`](#structfield.lame_duck_work).
    #[must_use]
    pub fn lame_duck_work(self, lame_duck_work: LameDuckWork) -> Self {
        Self { lame_duck_work, ..self }
    }

    /// Sets [`handshake_grace`](#structfield.handshake_grace).
    #[must_use]
    pub fn handshake_grace(self, handshake_grace: Duration) -> Self {
        Self { handshake_grace, ..self }
    }

    /// Sets [`idle_grace`](#structfield.idle_grace).
    #[must_use]
    pub fn idle_grace(self, idle_grace: Duration) -> Self {
        Self { idle_grace, ..self }
    }

    /// Sets [`first_byte_grace`](#structfield.first_byte_grace).
    #[must_use]
    pub fn first_byte_grace(self, first_byte_grace: Duration) -> Self {
        Self { first_byte_grace, ..self }
    }

    /// Sets [`linger`](#structfield.linger).
    #[must_use]
    pub fn linger(self, linger: Duration) -> Self {
        Self { linger, ..self }
    }

    /// Sets [`deadline`](#structfield.deadline).
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Sets [`release`](#structfield.release).
    #[must_use]
    pub fn release(self, release: Duration) -> Self {
        Self { release, ..self }
    }

    /// Sets [`forced_exit_code`](#structfield.forced_exit_code).
    #[must_use]
    pub fn forced_exit_code(self, forced_exit_code: u8) -> Self {
        Self { forced_exit_code, ..self }
    }

    /// The longest time from the signal to the end, whatever clients and handlers do.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.deadline.saturating_add(ABORT_GRACE).saturating_add(self.release)
    }

    /// Whether the fields agree with each other.
    ///
    /// For configuration that is read at the start, and is to be refused there. Where nobody has
    /// asked, [`serve`](crate::serve) writes the error to the log as a warning before it begins,
    /// and shortens the lame duck to half of the deadline: the end is bounded as it was wished, and
    /// what is in flight has the other half to finish.
    ///
    /// # Errors
    ///
    /// When no time is left between the end of the lame duck and the deadline: everything in flight
    /// would be cut at the moment the door closes.
    pub fn check(&self) -> Result<(), PolicyError> {
        if self.lame_duck >= self.deadline {
            return Err(PolicyError { lame_duck: self.lame_duck, deadline: self.deadline });
        }
        Ok(())
    }

    /// The same policy with a lame duck that leaves time before the deadline, and what was the
    /// matter if it did not.
    pub(crate) fn fixed(self) -> (Self, Option<PolicyError>) {
        match self.check() {
            Ok(()) => (self, None),
            Err(error) => {
                let lame_duck = self.deadline / 2;
                (Self { lame_duck, ..self }, Some(error))
            }
        }
    }
}

/// The lame duck leaves no time before the deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    lame_duck: Duration,
    deadline: Duration,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "lame duck of {:?} leaves no time before the deadline of {:?} (both from the signal)",
            self.lame_duck, self.deadline
        )
    }
}

impl std::error::Error for PolicyError {}
