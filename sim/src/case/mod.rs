//! Cases: one simulation, whole, as data.
//!
//! * `conditions`: under what the plan is carried out
//! * `network`, `store`: these parts of it
//! * `buggify`: rare paths inside of the server
//! * `policy`: the server's policy in whole microseconds
//! * `streamed`: an answer whose body comes in parts
//! * `words`: conditions for people
//! * `promise`: what follows for a server that keeps its policy

mod buggify;
mod conditions;
mod network;
mod policy;
mod promise;
mod store;
mod streamed;
mod words;

use lastorders_model::plan::Plan;
use serde::{Deserialize, Serialize};

pub use self::buggify::BuggifySite;
pub use self::conditions::{Balancer, Conditions, Startup, Yields};
pub use self::network::{Link, LinkChange, LinkEvent, Network};
pub use self::policy::{PolicySpec, Sealing};
pub use self::promise::Promise;
pub(crate) use self::store::moments_mut;
pub use self::store::{Outage, OutageKind, Stall, StoreConditions};
pub use self::streamed::Streamed;
pub use self::words::time;

/// The version of this format.
pub const CASE_VERSION: u32 = 1;

/// One simulation: what is done, under which conditions, and the seed of all that these leave open
/// (the order in which the runtime takes ready tasks, jitter, where a wrapper yields).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// [`CASE_VERSION`].
    pub version: u32,
    /// What every actor does.
    pub plan: Plan,
    /// Under what it does it.
    pub conditions: Conditions,
    /// The seed of the streams that are drawn from while the case is carried out.
    pub tail_seed: u64,
}

impl Case {
    /// A plan under the plainest conditions.
    #[must_use]
    pub fn plain(plan: Plan) -> Self {
        let tail_seed = plan.seed;
        Self { version: CASE_VERSION, plan, conditions: Conditions::default(), tail_seed }
    }
}
