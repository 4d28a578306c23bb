use std::sync::Arc;

use super::run_context::RunContext;
use super::world::World;
use super::{client, operator, store_actor};
use crate::plan::{Actor, Role};

/// Runs one actor's script. Returns at the end of the script, or when the run is over.
///
/// The plan must be [valid](crate::check::validate). Not cancel safe: a dropped actor leaves its
/// script half done, and closes its connections without a record.
pub async fn act<W: World>(context: &Arc<RunContext<W>>, actor: &Actor) {
    let Actor { name, role } = actor;
    match role {
        Role::Client { steps } => client::run(context, name, steps, false).await,
        Role::Http2Client { steps } => client::run(context, name, steps, true).await,
        Role::PooledClient { workers, steps } => W::pooled(context, name, *workers, steps).await,
        Role::Operator { steps } => operator::run(context, name, steps).await,
        Role::Store { steps } => store_actor::run(context, name, steps).await,
    }
}
