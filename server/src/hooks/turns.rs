use crate::buggify::{Site, buggify};

pub(crate) async fn before_action() {
    yield_maybe(Site::BetweenActions).await;
}

pub(crate) async fn before_event() {
    yield_maybe(Site::EventInHand).await;
}

/// Yields to the other tasks once, if the simulator takes this rare path. Cancel safe.
async fn yield_maybe(at: Site) {
    if buggify(at) {
        tokio::task::yield_now().await;
    }
}
