use std::sync::Arc;
use std::time::Duration;

use lastorders_model::actor::{RunContext, World, ask_health};

use super::host_map::HostMap;
use super::sim_context::SimContext;
use super::sim_world::SimWorld;
use crate::case::{Balancer, Link, LinkChange};
use crate::engine::{Host, Net};
use crate::trace::{self, Kind, NO_CONNECTION};

/// Sets the latency of every link.
pub(crate) fn lay_links<N: Net>(sim: &SimContext<N>) {
    let network = &sim.conditions.network;
    for (place, name) in sim.hosts.names().iter().enumerate().skip(1) {
        let Link { to_server_us, to_client_us } =
            network.links.get(name).copied().unwrap_or(network.link);
        let Ok(place) = u8::try_from(place) else { return };
        let us = Duration::from_micros;
        sim.net.latency(Host(place), HostMap::SERVER, us(to_server_us));
        sim.net.latency(HostMap::SERVER, Host(place), us(to_client_us));
    }
}

/// Changes links at the times of the case.
pub(crate) async fn change_links<N: Net>(sim: Arc<SimContext<N>>, ready: Duration) {
    let mut events = sim.conditions.network.events.clone();
    events.sort_by_key(|event| event.at_us);
    for event in events {
        sim.net.sleep_until(ready + Duration::from_micros(event.at_us)).await;
        let Some(host) = sim.hosts.host(&event.actor) else { continue };
        let (net, server) = (&sim.net, HostMap::SERVER);
        let code = match event.change {
            LinkChange::Hold => {
                net.hold(host, server);
                net.hold(server, host);
                0
            }
            LinkChange::Cut => {
                net.cut(host, server);
                net.cut(server, host);
                1
            }
            LinkChange::Heal => {
                net.heal(host, server);
                net.heal(server, host);
                2
            }
        };
        trace::record(server.0, Kind::Link, NO_CONNECTION, code, host.0.into());
    }
}

/// The mark of the moment at which the balancer stops sending clients here.
pub(crate) const OUT: &str = "balancer-out";

/// Probes readiness until it is gone. After the lag, sends the balancer's clients elsewhere.
pub(crate) async fn watch_readiness<N: Net>(
    context: Arc<RunContext<SimWorld<N>>>,
    balancer: Balancer,
) {
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
