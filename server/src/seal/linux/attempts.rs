use tokio::net::TcpListener;

use super::full_sink::FullSink;
use super::handshakes::Handshakes;
use super::skipped::Skipped;
use super::syn_filter;
use crate::seal::{SealContext, SealMethod};

/// Tries the full sink and the SYN filter, and says which it was. When neither is possible the
/// listener is given back as it was.
pub(in crate::seal) async fn descend(
    mut listener: TcpListener,
    context: &SealContext<TcpListener>,
) -> Result<SealMethod, TcpListener> {
    if context.first_method() > SealMethod::SynFilter {
        return Err(listener);
    }
    let handshakes = Handshakes::of(&listener).inspect_err(cannot_be_seen).ok();
    let handshakes = handshakes.as_ref();
    if context.first_method() <= SealMethod::FullSink {
        match FullSink::raise(&mut listener, handshakes, context).await {
            Ok(sink) => {
                sink.close(listener, handshakes, context).await;
                return Ok(SealMethod::FullSink);
            }
            Err(skipped) => passed_over(SealMethod::FullSink, &skipped),
        }
    }
    match syn_filter::attach(&listener) {
        Ok(()) => {
            syn_filter::close(listener, handshakes, context).await;
            Ok(SealMethod::SynFilter)
        }
        Err(skipped) => {
            passed_over(SealMethod::SynFilter, &skipped);
            Err(listener)
        }
    }
}

fn passed_over(method: SealMethod, reason: &Skipped) {
    tracing::debug!(%method, %reason, "method passed over");
}

fn cannot_be_seen(reason: &Skipped) {
    tracing::debug!(%reason, "handshakes under way cannot be seen; the whole grace is waited");
}
