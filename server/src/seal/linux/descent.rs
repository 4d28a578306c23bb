use tokio::net::TcpListener;

use super::full_sink::FullSink;
use super::handshakes::Handshakes;
use super::obstacle::Obstacle;
use super::syn_filter;
use crate::seal::{Door, Rung};

/// Tries the full sink and the SYN filter, and says which it was. When neither is possible the
/// listener is given back as it was.
pub(in crate::seal) async fn descend(
    mut listener: TcpListener,
    door: &Door<TcpListener>,
) -> Result<Rung, TcpListener> {
    if door.first_rung() > Rung::SynFilter {
        return Err(listener);
    }
    let handshakes = Handshakes::of(&listener).inspect_err(cannot_be_seen).ok();
    let handshakes = handshakes.as_ref();
    if door.first_rung() <= Rung::FullSink {
        match FullSink::raise(&mut listener, handshakes, door).await {
            Ok(sink) => {
                sink.close(listener, handshakes, door).await;
                return Ok(Rung::FullSink);
            }
            Err(obstacle) => passed_over(Rung::FullSink, &obstacle),
        }
    }
    match syn_filter::attach(&listener) {
        Ok(()) => {
            syn_filter::close(listener, handshakes, door).await;
            Ok(Rung::SynFilter)
        }
        Err(obstacle) => {
            passed_over(Rung::SynFilter, &obstacle);
            Err(listener)
        }
    }
}

fn passed_over(rung: Rung, reason: &Obstacle) {
    tracing::debug!(%rung, %reason, "rung passed over");
}

fn cannot_be_seen(reason: &Obstacle) {
    tracing::debug!(%reason, "handshakes under way cannot be seen; the whole grace is waited");
}
