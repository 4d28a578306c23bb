//! Plans: everything that is done to a server in one run, as data.
//!
//! A [`Plan`] is a set of [`Actor`]s, each with a script of [`Step`]s. An actor runs its steps in
//! order. Actors run side by side, and only marks order the steps of two actors. The real world (a
//! process) and the simulated world run the same plan.
//!
//! * `contract`: the promises of a graded server, and its budgets
//! * `draft`: the builder that scenarios write plans with
//! * `in_words`: a plan in words
//! * `judged`: the checks that judge a plan, with their levels
//! * `names`: unguessable names, from the seed
//! * `request`: one HTTP request, and the places where it can be cut
//! * `role_rules`: the rules for the steps that only one role has
//! * `step`: the language itself
//! * `validate`: the rules that every plan keeps before a world runs it
//! * `walk`: questions about all steps of a plan

mod contract;
mod draft;
mod in_words;
mod judged;
mod names;
mod request;
mod role_rules;
mod step;
mod validate;
mod walk;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::contract::{Contract, ExitRule};
pub use self::draft::{ActorDraft, Draft, Exchange};
pub use self::in_words::{InWords, script};
pub use self::judged::{CheckUse, Level};
pub use self::names::Names;
pub use self::request::{Cut, Intent, Part, Request};
pub use self::step::{
    ClientStep, Closing, Fault, Gate, LetGo, OperatorStep, PooledStep, Script, Signal, Step,
    StoreStep, Target, Until,
};
pub(crate) use self::validate::validate;
pub use self::validate::{MOST_ACTORS, PlanError, PlanVersion};
pub use self::walk::own_steps;

pub use crate::__for_steps as for_steps;

/// The version of the plan's language. A world refuses a plan of another version.
pub const PLAN_VERSION: u32 = 2;

/// Everything that is done to the server in one run, and the checks that judge the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the language, [`PLAN_VERSION`].
    pub version: u32,
    /// The scenario that made this plan, `group/name`.
    pub scenario: String,
    /// The seed that every name and every drawn number in this plan comes from.
    pub seed: u64,
    /// The promises of the server, and its budgets.
    pub contract: Contract,
    /// The checks that judge the history of this plan, each with the level at which it counts.
    pub checks: Vec<CheckUse>,
    /// The actors and their scripts. The names are distinct.
    pub actors: Vec<Actor>,
}

/// One party of a plan, and its script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The name of this actor's events in the history.
    pub name: String,
    /// The role of the actor, and its steps in order.
    pub role: Role,
}

/// The role of an actor, with its script. Each role has its own kinds of step (see [`Step`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Role {
    /// A client that sends exact bytes over HTTP/1.1, with at most one connection open at a time.
    Client {
        /// The script.
        steps: Script<ClientStep>,
    },
    /// A client that speaks HTTP/2 with prior knowledge, with at most one connection open at a
    /// time. The client sends whole requests, several of which may be under way, and receives
    /// whole responses, to the oldest request first.
    ///
    /// The client touches its connection only in a step that is about the connection. While it
    /// waits for a mark or a time it reads nothing, answers no `PING` and acknowledges no
    /// `SETTINGS`. Plans use that for a silent peer; `ExpectClose` waits and keeps up.
    ///
    /// A request that the server says it has not begun (`GOAWAY` with a lower last stream, or
    /// `REFUSED_STREAM`) ends as refused: it must not make a row.
    Http2Client {
        /// The script.
        steps: Script<ClientStep>,
    },
    /// Workers that share one HTTP library's connection pool. They send whole requests and
    /// receive whole responses. The library chooses the connection.
    PooledClient {
        /// The number of workers that run the script side by side.
        workers: u32,
        /// The script of each worker.
        steps: Script<PooledStep>,
    },
    /// The operator starts and stops the server.
    Operator {
        /// The script.
        steps: Script<OperatorStep>,
    },
    /// The database.
    Store {
        /// The script.
        steps: Script<StoreStep>,
    },
}
