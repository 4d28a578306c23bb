use std::collections::HashSet;
use std::future::pending;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::net::TcpListener;

use super::handshakes::{Handshakes, canonical};
use crate::listener::{Listener, SealContext};

/// The first pause between two queries for handshakes that ended without being accepted. Each pause
/// is twice as long as the one before.
///
/// The kernel walks all its connections for a query: 0.2 ms when there are none, and another 0.2 ms
/// for every 5000.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// How long accepting pauses after an error that an immediate retry would repeat.
const REST: Duration = Duration::from_millis(5);

/// Waits until the handshakes that are under way now have ended, at most
/// [`SealContext::handshake_grace`]. Admits connections that arrive meanwhile.
///
/// Where the kernel does not show handshakes, the wait lasts the whole grace.
pub(super) async fn wait(
    first: &mut TcpListener,
    mut second: Option<&mut TcpListener>,
    handshakes: Option<&Handshakes>,
    context: &SealContext<TcpListener>,
) {
    let query = || handshakes.and_then(|it| it.under_way().ok());
    let mut left = query();
    let grace = context.sleep(context.handshake_grace());
    let mut grace = pin!(grace);
    let mut pause = FIRST_PAUSE;
    let after = |pause| context.sleep(pause);
    let mut next_query = pin!(after(pause));
    while left.as_ref().is_none_or(|left| !left.is_empty()) {
        tokio::select! {
            // In this order: a stream of new connections must starve neither timer.
            biased;
            () = &mut grace => return,
            () = &mut next_query, if left.is_some() => {
                left = left.zip(query()).map(|(left, now)| &left & &now);
                pause *= 2;
                next_query.set(after(pause));
            }
            peer = admit_next(first, context) => ended(&mut left, peer),
            peer = admit_next_of(&mut second, context) => ended(&mut left, peer),
        }
    }
}

/// Admits the next connection and returns its peer. Cancel safe.
pub(super) async fn admit_next(
    listener: &mut TcpListener,
    context: &SealContext<TcpListener>,
) -> SocketAddr {
    loop {
        match Listener::accept(listener).await {
            Ok((stream, peer)) => {
                context.admit(stream, peer);
                return peer;
            }
            // The client gave up before the accept, or no descriptor is left.
            Err(_) => context.sleep(REST).await,
        }
    }
}

async fn admit_next_of(
    listener: &mut Option<&mut TcpListener>,
    context: &SealContext<TcpListener>,
) -> SocketAddr {
    match listener {
        Some(listener) => admit_next(listener, context).await,
        None => pending().await,
    }
}

fn ended(left: &mut Option<HashSet<SocketAddr>>, peer: SocketAddr) {
    if let Some(left) = left {
        left.remove(&canonical(peer));
    }
}
