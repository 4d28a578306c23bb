use std::sync::Arc;
use std::time::Duration;

use lastorders_model::actor::{RunContext, World, ask_health};

use super::host_map::HostMap;
use super::sim_world::SimWorld;
use crate::case::Balancer;
use crate::engine::Net;
use crate::trace::{self, Kind, NO_CONNECTION};

/// The mark that is set when the balancer sends nobody here any more.
pub(crate) const OUT: &str = "balancer-out";

/// Asks for readiness until it is gone, and after the lag sends nobody here any more.
pub(crate) async fn watch<N: Net>(context: Arc<RunContext<SimWorld<N>>>, balancer: Balancer) {
    let every = Duration::from_micros(balancer.every_us.max(1));
    let mut probes = 0;
    loop {
        probes += 1;
        let asked = context.world().connect("balancer").await;
        let status = match asked {
            Ok((stream, _)) => ask_health(stream).await.ok().flatten(),
            Err(_) => None,
        };
        if status != Some(200) {
            break;
        }
        context.sleep(every).await;
    }
    context.sleep(Duration::from_micros(balancer.lag_us)).await;
    trace::record(HostMap::BALANCER.0, Kind::Balancer, NO_CONNECTION, 0, probes);
    context.world().take_out();
    context.mark("balancer", OUT);
}
