use std::fmt;

use crate::subject::{PolicyChoice, ServerKind};

/// A server in a figure. Ours takes part with one of two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PolicyVariant {
    /// The server.
    pub kind: ServerKind,
    /// Only ours has a policy; the peers have the default here.
    pub policy: PolicyChoice,
}

impl PolicyVariant {
    /// For figures that do not depend on the policy.
    pub(crate) const SERVING: [Self; 4] = [
        Self { kind: ServerKind::Lastorders, policy: PolicyChoice::Default },
        Self { kind: ServerKind::Axum, policy: PolicyChoice::Default },
        Self { kind: ServerKind::Hyper, policy: PolicyChoice::Default },
        Self { kind: ServerKind::AxumServer, policy: PolicyChoice::Default },
    ];

    /// For figures of the shutdown.
    pub(crate) const STOPPING: [Self; 5] = [
        Self { kind: ServerKind::Lastorders, policy: PolicyChoice::Default },
        Self { kind: ServerKind::Lastorders, policy: PolicyChoice::Bare },
        Self { kind: ServerKind::Axum, policy: PolicyChoice::Default },
        Self { kind: ServerKind::Hyper, policy: PolicyChoice::Default },
        Self { kind: ServerKind::AxumServer, policy: PolicyChoice::Default },
    ];
}

impl fmt::Display for PolicyVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.policy {
            PolicyChoice::Default => f.write_str(self.kind.name()),
            PolicyChoice::Bare => write!(f, "{} {}", self.kind, self.policy.name()),
        }
    }
}
