use std::fmt;
use std::time::Duration;

/// How long handlers and tasks have to end after they were cut. Then resources are released in any
/// case, because a handler that blocks its thread cannot be cut, and must not keep the process
/// alive.
pub const ABORT_GRACE: Duration = Duration::from_millis(50);

/// How the server treats new requests after the signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LameDuckWork {
    /// The server serves them as before. An orchestrator routes to the server for seconds after the
    /// signal, and to refuse those requests would be an outage.
    Serve,
    /// The server answers them with 503 and `Connection: close`, and does not execute them.
    /// Requests that had arrived by the signal, even if only in the kernel's buffers, are still
    /// served.
    Refuse,
}

/// How long each phase may take, and how the server treats new requests.
///
/// Start from [`Policy::default`] or a preset, and change single fields:
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
    /// How long the server keeps accepting after readiness is off. Default 0: the listener closes
    /// at once. If this leaves no time before the deadline, [`serve`](crate::serve) shortens it:
    /// see
    /// [`Policy::check`].
    pub lame_duck: Duration,
    /// How the server treats new requests after the signal. Default [`LameDuckWork::Serve`].
    pub lame_duck_work: LameDuckWork,
    /// How long TCP handshakes that are under way may take to finish when the listener is closed,
    /// where the [`SealMethod`](crate::SealMethod) can wait for them. Default 50 ms, a round trip.
    pub handshake_grace: Duration,
    /// How long an idle keep-alive connection stays open for one last request. Default 250 ms. A
    /// request may already be on its way, and HTTP/1.1 has no other way to avoid a close on it.
    ///
    /// The time counts from the moment at which the listener is closed. If no descriptors are left
    /// for queued connections, it counts from the moment at which closing began.
    pub idle_grace: Duration,
    /// How long a connection that has not sent a byte stays open. Default 250 ms, because the first
    /// request of a new connection may still be unread or on its way.
    pub first_byte_grace: Duration,
    /// How long the server reads and discards input after its FIN, so that no reset destroys the
    /// response on its way. The time ends early when the peer closes. Default 250 ms, a long round
    /// trip.
    pub linger: Duration,
    /// When everything still in flight is cut, counted from the signal. Default 8 s, which together
    /// with `release` stays below the 10 s that Docker allows.
    pub deadline: Duration,
    /// How long all releases may take together. Default 1 s, because pools can hang too.
    pub release: Duration,
    /// The exit code when work was cut at the deadline, or a resource could not be released.
    /// Default 0. Set another code if the orchestrator should notice.
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
    /// The defaults, which fit `docker stop`: Docker kills after 10 s.
    #[must_use]
    pub fn docker() -> Self {
        Self::default()
    }

    /// A policy for a Kubernetes pod with the default grace period of 30 s: 5 s of lame duck while
    /// endpoints are updated, a deadline of 22 s, and 3 s to release.
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

    /// The longest time from the signal to the end, whatever clients and handlers do: `deadline` +
    /// [`ABORT_GRACE`] + `release`.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.deadline.saturating_add(ABORT_GRACE).saturating_add(self.release)
    }

    /// Checks that the fields agree with each other.
    ///
    /// Call this to refuse a configuration at the start. Otherwise [`serve`](crate::serve) logs the
    /// error as a warning before it serves, and shortens the lame duck to half of the deadline. The
    /// deadline stays as configured, and the other half is left to finish requests.
    ///
    /// # Errors
    ///
    /// When no time is left between the end of the lame duck and the deadline. Everything in flight
    /// would be cut at the moment at which the listener closes.
    pub fn check(&self) -> Result<(), PolicyError> {
        if self.lame_duck >= self.deadline {
            return Err(PolicyError { lame_duck: self.lame_duck, deadline: self.deadline });
        }
        Ok(())
    }

    /// The same policy with a lame duck that leaves time before the deadline, and the error if this
    /// policy leaves none.
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
