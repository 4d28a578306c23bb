use std::collections::HashSet;
use std::future::pending;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::net::TcpListener;

use super::handshakes::{Handshakes, canonical};
use crate::listener::Listener;
use crate::seal::SealContext;

/// When to look again for handshakes that ended without being accepted; from look to look it is
/// twice as long. The kernel walks all its connections for a look: a fifth of a millisecond when
/// there are none, and another for every five thousand.
const NEXT_LOOK: Duration = Duration::from_millis(5);

/// How long accepting rests after an error that trying again at once would only repeat.
const REST: Duration = Duration::from_millis(5);

/// Waits until the handshakes that are under way now have ended, at most for the door's grace, and
/// admits what comes meanwhile. Where they cannot be seen it is the whole grace.
pub(super) async fn wait(
    first: &mut TcpListener,
    mut second: Option<&mut TcpListener>,
    handshakes: Option<&Handshakes>,
    context: &SealContext<TcpListener>,
) {
    let look = || handshakes.and_then(|it| it.under_way().ok());
    let mut left = look();
    let grace = context.sleep(context.handshake_grace());
    let mut grace = pin!(grace);
    let mut pause = NEXT_LOOK;
    let after = |pause| context.sleep(pause);
    let mut next_look = pin!(after(pause));
    while left.as_ref().is_none_or(|left| !left.is_empty()) {
        tokio::select! {
            // In this order: a stream of new connections must starve neither timer.
            biased;
            () = &mut grace => return,
            () = &mut next_look, if left.is_some() => {
                left = left.zip(look()).map(|(left, now)| &left & &now);
                pause *= 2;
                next_look.set(after(pause));
            }
            peer = admit_next(first, context) => ended(&mut left, peer),
            peer = admit_next_of(&mut second, context) => ended(&mut left, peer),
        }
    }
}

/// Admits the next connection, and says whose it is. Cancel safe.
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
            // It was gone before it could be accepted, or we are out of descriptors.
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
