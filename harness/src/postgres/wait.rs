use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

/// The pace at which something outside is looked at: the first time at once, and never faster than
/// this, however long a look takes.
pub(crate) fn pace(between: Duration) -> Interval {
    let mut pace = interval(between);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pace
}
