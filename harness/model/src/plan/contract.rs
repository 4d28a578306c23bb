use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The promises of a graded server. Every budget is in milliseconds and can be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Contract {
    /// From the start of the process to the first `200` of `/health`.
    pub ready_ms: u64,
    /// From the signal to the first sign of shutdown that clients can see.
    pub visible_ms: u64,
    /// From the moment when the server has nothing left to wait for, to the exit.
    pub prompt_ms: u64,
    /// From a request's last byte to its answer, a refusal or a close.
    pub answer_ms: u64,
    /// From the signal to the exit: the time until the orchestrator kills the server.
    pub grace_ms: u64,
    /// The rule for a clean exit.
    pub exit: ExitRule,
}

/// The ends of the process that count as a clean exit after a drain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExitRule {
    /// Only status 0, as the challenge's contract requires.
    #[default]
    Strict,
    /// Status 0. Status 143 and death by the sent signal give a warning.
    Lenient,
}

impl Default for Contract {
    /// Common budgets: Docker, for example, allows 10 s between SIGTERM and SIGKILL.
    fn default() -> Self {
        Self {
            ready_ms: 30_000,
            visible_ms: 1_000,
            prompt_ms: 2_000,
            answer_ms: 3_000,
            grace_ms: 10_000,
            exit: ExitRule::Strict,
        }
    }
}
