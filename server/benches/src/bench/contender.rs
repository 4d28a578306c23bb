use std::fmt;

use crate::subject::{Kind, PolicyChoice};

/// A server as it takes part in a figure: ours takes part with one policy or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Contender {
    /// Which server.
    pub kind: Kind,
    /// Ours only; the peers have none.
    pub policy: PolicyChoice,
}

impl Contender {
    /// For figures in which the policy plays no part.
    pub(crate) const SERVING: [Self; 4] = [
        Self { kind: Kind::Lastorders, policy: PolicyChoice::Default },
        Self { kind: Kind::Axum, policy: PolicyChoice::Default },
        Self { kind: Kind::Hyper, policy: PolicyChoice::Default },
        Self { kind: Kind::AxumServer, policy: PolicyChoice::Default },
    ];

    /// For figures of the shutdown.
    pub(crate) const STOPPING: [Self; 5] = [
        Self { kind: Kind::Lastorders, policy: PolicyChoice::Default },
        Self { kind: Kind::Lastorders, policy: PolicyChoice::Bare },
        Self { kind: Kind::Axum, policy: PolicyChoice::Default },
        Self { kind: Kind::Hyper, policy: PolicyChoice::Default },
        Self { kind: Kind::AxumServer, policy: PolicyChoice::Default },
    ];
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.policy {
            PolicyChoice::Default => f.write_str(self.kind.name()),
            PolicyChoice::Bare => write!(f, "{} {}", self.kind, self.policy.name()),
        }
    }
}
