//! Plans: everything that is done to a server in one run, as data.
//!
//! A [`Plan`] is a set of [`Actor`]s, each with a script of [`Step`]s. An actor runs its steps in
//! order; actors run side by side, and only marks order one against another. The same plan is
//! carried out by the real world (a process) and by the simulated one.
//!
//! * `contract`: what a graded server promises, and the budgets that it is held to
//! * `draft`: the builder that scenarios write plans with
//! * `judged`: which checks judge a plan, and how much each counts
//! * `names`: unguessable names, from the seed
//! * `request`: one HTTP request, and the places where it can be cut
//! * `script`: a plan in words
//! * `step`: the language itself
//! * `validate`: what every plan must be before a world carries it out
//! * `vocabulary`: which role has which steps
//! * `walk`: questions about all steps of a plan

mod contract;
mod draft;
mod judged;
mod names;
mod request;
mod script;
mod step;
mod validate;
mod vocabulary;
mod walk;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::contract::{Contract, ExitRule};
pub use self::draft::{ActorDraft, Draft};
pub use self::judged::{CheckUse, Level};
pub use self::names::Names;
pub use self::request::{Cut, Intent, Part, Request};
pub use self::script::{in_words, script};
pub use self::step::{Closing, Fault, Gate, LetGo, Signal, Step, Target, Until};
pub use self::validate::{MOST_ACTORS, PlanError, validate};

/// The version of the plan's language. A world refuses a plan of another version.
pub const PLAN_VERSION: u32 = 1;

/// Everything that is done to the server in one run, and what it is judged by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the language, [`PLAN_VERSION`].
    pub version: u32,
    /// The scenario that made this plan, `group/name`.
    pub scenario: String,
    /// The seed that every name and every drawn number in this plan comes from.
    pub seed: u64,
    /// What the server promises, and the budgets that it is held to.
    pub contract: Contract,
    /// The checks that judge the history of this plan, each with the level at which it counts.
    pub checks: Vec<CheckUse>,
    /// Who does what. Names are distinct.
    pub actors: Vec<Actor>,
}

/// One party of a plan, and its script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The name under which this actor's events stand in the history.
    pub name: String,
    /// Which steps this actor may take.
    pub role: Role,
    /// What it does, in this order.
    pub steps: Vec<Step>,
}

/// What an actor is; each role has its own kinds of step (see [`Step`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Role {
    /// A client with exact bytes and at most one connection open at a time.
    Client,
    /// A client that speaks HTTP/2 with prior knowledge, with at most one connection open at a
    /// time. It sends whole requests, several of which may be under way, and receives whole
    /// responses, to the oldest request first.
    ///
    /// It touches its connection only in a step that is about it: while it waits for a mark or a
    /// time it reads nothing, answers no `PING` and acknowledges no `SETTINGS`. Plans use that for
    /// the peer that says nothing; `ExpectClose` is how to wait and keep up.
    ///
    /// A request that the server says it has not begun (`GOAWAY` with a lower last stream, or
    /// `REFUSED_STREAM`) ends as refused: no row may come of it.
    Http2Client,
    /// That many workers that share one HTTP library's connection pool. They send whole requests
    /// and receive whole responses; the library decides on which connection.
    PooledClient {
        /// How many run the script side by side.
        workers: u32,
    },
    /// Whoever starts and stops the server.
    Operator,
    /// The database.
    Store,
}
