//! The defects, one a file, and the table that lists them.

mod always_waits_whole_grace;
mod close_without_waiting;
mod created_before_commit;
mod exit_code_1;
mod exit_in_handler;
mod health_flips_back;
mod health_stays_200;
pub(crate) mod helper_dies_of_the_signal;
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

use crate::base::Behaviour;

/// One defect.
pub(crate) struct Defect {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// Makes the behaviour with the defect.
    pub(crate) behaviour: fn() -> Box<dyn Behaviour>,
}

/// Every defect, after the server that has none.
pub(crate) const DEFECTS: &[Defect] = &[
    Defect { name: "sound", behaviour: || Box::new(sound::Sound) },
    Defect { name: "no-handler", behaviour: || Box::new(no_handler::NoHandler) },
    Defect { name: "exit-in-handler", behaviour: || Box::new(exit_in_handler::ExitInHandler) },
    Defect {
        name: "close-without-waiting",
        behaviour: || Box::new(close_without_waiting::CloseWithoutWaiting),
    },
    Defect { name: "no-deadline", behaviour: || Box::new(no_deadline::NoDeadline) },
    Defect {
        name: "pool-closed-first",
        behaviour: || Box::new(pool_closed_first::PoolClosedFirst),
    },
    Defect {
        name: "pool-never-closed",
        behaviour: || Box::new(pool_never_closed::PoolNeverClosed),
    },
    Defect {
        name: "idle-connections-not-closed",
        behaviour: || Box::new(idle_connections_not_closed::IdleConnectionsNotClosed),
    },
    Defect {
        name: "silent-preconnect-not-closed",
        behaviour: || Box::new(silent_preconnect_not_closed::SilentPreconnectNotClosed),
    },
    Defect { name: "health-stays-200", behaviour: || Box::new(health_stays_200::HealthStays200) },
    Defect {
        name: "health-flips-back",
        behaviour: || Box::new(health_flips_back::HealthFlipsBack::default()),
    },
    Defect {
        name: "inflight-answered-503",
        behaviour: || Box::new(inflight_answered_503::InflightAnswered503),
    },
    Defect {
        name: "created-before-commit",
        behaviour: || Box::new(created_before_commit::CreatedBeforeCommit),
    },
    Defect {
        name: "refused-but-committed",
        behaviour: || Box::new(refused_but_committed::RefusedButCommitted),
    },
    Defect { name: "exit-code-1", behaviour: || Box::new(exit_code_1::ExitCode1) },
    Defect {
        name: "orphan-child-keeps-port",
        behaviour: || Box::new(orphan_child_keeps_port::OrphanChildKeepsPort),
    },
    Defect {
        name: "second-sigterm-exits",
        behaviour: || Box::new(second_sigterm_exits::SecondSigtermExits),
    },
    Defect {
        name: "helper-dies-of-the-signal",
        behaviour: || Box::new(helper_dies_of_the_signal::HelperDiesOfTheSignal::default()),
    },
    Defect {
        name: "listener-left-open-never-accepted",
        behaviour: || Box::new(listener_left_open_never_accepted::ListenerLeftOpenNeverAccepted),
    },
    Defect {
        name: "always-waits-whole-grace",
        behaviour: || Box::new(always_waits_whole_grace::AlwaysWaitsWholeGrace),
    },
];

/// Finds a defect by its name.
pub(crate) fn find(name: &str) -> Option<&'static Defect> {
    DEFECTS.iter().find(|defect| defect.name == name)
}
