//! Cases: whole simulations as data.
//!
//! * `conditions`: the conditions of a run, the startup, and the load balancer
//! * `network`, `store`: conditions of these parts
//! * `buggify`: rare paths in the server
//! * `policy`: the server's policy in whole microseconds
//! * `streamed`: an answer whose body comes in parts
//! * `words`: conditions in words

mod buggify;
mod conditions;
mod network;
mod policy;
mod store;
mod streamed;
mod words;

use lastorders_model::plan::Plan;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

pub use self::buggify::BuggifySite;
pub use self::conditions::{Balancer, Conditions, Promise, Startup, Yields};
pub use self::network::{Link, LinkChange, LinkEvent, Network};
pub use self::policy::{PolicySpec, Sealing};
pub(crate) use self::store::moments_mut;
pub use self::store::{Outage, OutageKind, Stall, StoreConditions};
pub use self::streamed::Streamed;
pub use self::words::time;

/// The version of this format.
pub const CASE_VERSION: u32 = 2;

/// One simulation: the plan, its conditions, and a seed for all that these leave open: the order of
/// ready tasks, jitter, where a wrapper yields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// [`CASE_VERSION`]. The field comes first, so a case of another version is refused by its
    /// version, and not by a field that it lacks.
    #[serde(deserialize_with = "current_version")]
    pub version: u32,
    /// The scripts of all actors.
    pub plan: Plan,
    /// The conditions of the plan.
    pub conditions: Conditions,
    /// The seed of the streams that the run draws from.
    pub tail_seed: u64,
}

fn current_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        CASE_VERSION => Ok(CASE_VERSION),
        other => Err(D::Error::custom(format!(
            "the case has version {other}, and this program reads {CASE_VERSION}; use the program \
             that wrote it"
        ))),
    }
}

impl Case {
    /// A plan under default conditions.
    #[must_use]
    pub fn plain(plan: Plan) -> Self {
        let tail_seed = plan.seed;
        Self { version: CASE_VERSION, plan, conditions: Conditions::default(), tail_seed }
    }
}
