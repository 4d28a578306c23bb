use std::sync::Arc;

use super::backstage::Backstage;
use super::stage::Stage;
use super::{client, operator, storekeeper};
use crate::plan::{Actor, Role};

/// Carries out one actor's script. Done when it is at its end, or the run is over.
///
/// The plan has been [validated](crate::plan::validate). Not cancel safe: a dropped actor leaves
/// its part half done, and its connections closed without a record.
pub async fn act<B: Backstage>(stage: &Arc<Stage<B>>, actor: &Actor) {
    let Actor { name, role, steps } = actor;
    match role {
        Role::Client => client::run(stage, name, steps, false).await,
        Role::Http2Client => client::run(stage, name, steps, true).await,
        Role::PooledClient { workers } => B::pooled(stage, name, *workers, steps).await,
        Role::Operator => operator::run(stage, name, steps).await,
        Role::Store => storekeeper::run(stage, name, steps).await,
    }
}
