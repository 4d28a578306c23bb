//! The defects: one a file, and the table by which they are found.

mod always_waits_whole_grace;
mod close_without_waiting;
mod created_before_commit;
mod exit_code_1;
mod exit_in_handler;
mod health_flips_back;
mod health_stays_200;
mod idle_connections_not_closed;
mod inflight_answered_503;
mod listener_left_open_never_accepted;
mod no_deadline;
mod no_handler;
pub(crate) mod orphan_child_keeps_port;
mod pool_closed_first;
mod pool_never_closed;
mod refused_but_committed;
mod second_sigterm_exits;
mod silent_preconnect_not_closed;
mod sound;

use crate::base::Conduct;

/// One defect.
pub(crate) struct Defect {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// Makes a server that has it.
    pub(crate) conduct: fn() -> Box<dyn Conduct>,
}

/// Every defect, after the server that has none.
pub(crate) const DEFECTS: &[Defect] = &[
    Defect { name: "sound", conduct: || Box::new(sound::Sound) },
    Defect { name: "no-handler", conduct: || Box::new(no_handler::NoHandler) },
    Defect { name: "exit-in-handler", conduct: || Box::new(exit_in_handler::ExitInHandler) },
    Defect {
        name: "close-without-waiting",
        conduct: || Box::new(close_without_waiting::CloseWithoutWaiting),
    },
    Defect { name: "no-deadline", conduct: || Box::new(no_deadline::NoDeadline) },
    Defect { name: "pool-closed-first", conduct: || Box::new(pool_closed_first::PoolClosedFirst) },
    Defect { name: "pool-never-closed", conduct: || Box::new(pool_never_closed::PoolNeverClosed) },
    Defect {
        name: "idle-connections-not-closed",
        conduct: || Box::new(idle_connections_not_closed::IdleConnectionsNotClosed),
    },
    Defect {
        name: "silent-preconnect-not-closed",
        conduct: || Box::new(silent_preconnect_not_closed::SilentPreconnectNotClosed),
    },
    Defect { name: "health-stays-200", conduct: || Box::new(health_stays_200::HealthStays200) },
    Defect {
        name: "health-flips-back",
        conduct: || Box::new(health_flips_back::HealthFlipsBack::default()),
    },
    Defect {
        name: "inflight-answered-503",
        conduct: || Box::new(inflight_answered_503::InflightAnswered503),
    },
    Defect {
        name: "created-before-commit",
        conduct: || Box::new(created_before_commit::CreatedBeforeCommit),
    },
    Defect {
        name: "refused-but-committed",
        conduct: || Box::new(refused_but_committed::RefusedButCommitted),
    },
    Defect { name: "exit-code-1", conduct: || Box::new(exit_code_1::ExitCode1) },
    Defect {
        name: "orphan-child-keeps-port",
        conduct: || Box::new(orphan_child_keeps_port::OrphanChildKeepsPort),
    },
    Defect {
        name: "second-sigterm-exits",
        conduct: || Box::new(second_sigterm_exits::SecondSigtermExits),
    },
    Defect {
        name: "listener-left-open-never-accepted",
        conduct: || Box::new(listener_left_open_never_accepted::ListenerLeftOpenNeverAccepted),
    },
    Defect {
        name: "always-waits-whole-grace",
        conduct: || Box::new(always_waits_whole_grace::AlwaysWaitsWholeGrace),
    },
];

/// The defect of this name.
pub(crate) fn find(name: &str) -> Option<&'static Defect> {
    DEFECTS.iter().find(|defect| defect.name == name)
}
