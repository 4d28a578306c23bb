use tokio::net::TcpListener;

use super::full_sink::FullSink;
use super::handshakes::Handshakes;
use super::skipped::Skipped;
use super::syn_filter;
use crate::listener::{SealContext, SealMethod};

/// Tries the full sink, then the SYN filter, and returns the method that worked. Returns the
/// listener unchanged when neither is possible.
pub(in crate::seal) async fn try_methods(
    mut listener: TcpListener,
    context: &SealContext<TcpListener>,
) -> Result<SealMethod, TcpListener> {
    if context.first_method() > SealMethod::SynFilter {
        return Err(listener);
    }
    let handshakes = Handshakes::of(&listener).inspect_err(log_unseen).ok();
    let handshakes = handshakes.as_ref();
    if context.first_method() <= SealMethod::FullSink {
        match FullSink::open(&mut listener, handshakes, context).await {
            Ok(sink) => {
                sink.close(listener, handshakes, context).await;
                return Ok(SealMethod::FullSink);
            }
            Err(skipped) => log_skipped(SealMethod::FullSink, &skipped),
        }
    }
    match syn_filter::attach(&listener) {
        Ok(()) => {
            syn_filter::close(listener, handshakes, context).await;
            Ok(SealMethod::SynFilter)
        }
        Err(skipped) => {
            log_skipped(SealMethod::SynFilter, &skipped);
            Err(listener)
        }
    }
}

fn log_skipped(method: SealMethod, reason: &Skipped) {
    tracing::debug!(%method, %reason, "seal method skipped");
}

fn log_unseen(reason: &Skipped) {
    tracing::debug!(%reason, "cannot list handshakes under way; waiting the whole grace");
}
