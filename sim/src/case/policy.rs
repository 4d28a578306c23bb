use std::time::Duration;

use lastorders::{LameDuckWork, Policy};
use serde::{Deserialize, Serialize};

/// The server's [`Policy`] in whole microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySpec {
    /// [`Policy::lame_duck`]
    pub lame_duck_us: u64,
    /// Whether the server refuses new work from the signal on ([`LameDuckWork::Refuse`]).
    pub refuse: bool,
    /// [`Policy::handshake_grace`]
    pub handshake_grace_us: u64,
    /// [`Policy::idle_grace`]
    pub idle_grace_us: u64,
    /// [`Policy::first_byte_grace`]
    pub first_byte_grace_us: u64,
    /// [`Policy::linger`]
    pub linger_us: u64,
    /// [`Policy::deadline`]
    pub deadline_us: u64,
    /// [`Policy::release`]
    pub release_us: u64,
    /// [`Policy::forced_exit_code`]
    pub forced_exit_code: u8,
    /// The way of closing the listener.
    pub sealing: Sealing,
}

/// How the simulated listener closes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sealing {
    /// New handshakes are dropped, and handshakes in progress finish.
    #[default]
    SynFilter,
    /// Queued connections are accepted, and handshakes in progress are lost.
    AcceptUntilEmpty,
}

impl PolicySpec {
    /// The policy that these numbers describe.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let work = if self.refuse { LameDuckWork::Refuse } else { LameDuckWork::Serve };
        let mut policy = Policy::default()
            .lame_duck(Duration::from_micros(self.lame_duck_us))
            .handshake_grace(Duration::from_micros(self.handshake_grace_us))
            .idle_grace(Duration::from_micros(self.idle_grace_us))
            .first_byte_grace(Duration::from_micros(self.first_byte_grace_us))
            .linger(Duration::from_micros(self.linger_us))
            .deadline(Duration::from_micros(self.deadline_us))
            .release(Duration::from_micros(self.release_us))
            .forced_exit_code(self.forced_exit_code);
        policy.lame_duck_work = work;
        policy
    }
}

impl From<Policy> for PolicySpec {
    fn from(policy: Policy) -> Self {
        let us = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        Self {
            lame_duck_us: us(policy.lame_duck),
            refuse: policy.lame_duck_work == LameDuckWork::Refuse,
            handshake_grace_us: us(policy.handshake_grace),
            idle_grace_us: us(policy.idle_grace),
            first_byte_grace_us: us(policy.first_byte_grace),
            linger_us: us(policy.linger),
            deadline_us: us(policy.deadline),
            release_us: us(policy.release),
            forced_exit_code: policy.forced_exit_code,
            sealing: Sealing::default(),
        }
    }
}

impl Default for PolicySpec {
    fn default() -> Self {
        Policy::default().into()
    }
}
