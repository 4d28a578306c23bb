use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a graded server promises. Every budget is in milliseconds, and every one can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Contract {
    /// From the start of the process to the first `200` of `/health`.
    pub ready_ms: u64,
    /// From the signal to the first sign of it that can be seen from outside.
    pub visible_ms: u64,
    /// From the moment nothing is left to wait for to the exit.
    pub prompt_ms: u64,
    /// From a request's last byte to its answer, a refusal or a close.
    pub answer_ms: u64,
    /// From the signal to the exit: what the orchestrator allows before it kills.
    pub grace_ms: u64,
    /// Which ends of the process count as a clean exit.
    pub exit: ExitRule,
}

/// Which ends of the process count as a clean exit after a drain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExitRule {
    /// Only status 0: the challenge's contract says so.
    #[default]
    Strict,
    /// Status 0, and with a warning 143 or an end by the very signal that was sent.
    Lenient,
}

impl Default for Contract {
    /// The budgets of the field: Docker allows 10 s between SIGTERM and SIGKILL.
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
