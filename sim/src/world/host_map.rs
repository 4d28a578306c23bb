use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lastorders_model::plan::Plan;

use crate::engine::Host;
use crate::trace::leak;

/// The hosts of actors, and the names of their connections.
///
/// Every actor is a host, so that its link can differ from others.
#[derive(Debug)]
pub(crate) struct HostMap {
    /// Names by host: the server, the balancer, then the plan's actors.
    names: Vec<String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Number of connections that each host has begun.
    begun: Vec<u64>,
    /// Connections by the client's address.
    conns: BTreeMap<SocketAddr, Conn>,
    /// Addresses by connection number.
    addresses: Vec<SocketAddr>,
    /// In-flight handler calls, by connection number.
    calls: BTreeMap<u16, u32>,
}

/// A connection, as its client knows it.
#[derive(Debug, Clone)]
pub(crate) struct Conn {
    /// `actor@n`, shared with the events of the connection.
    pub(crate) name: Arc<str>,
    /// Unique in a run, from 1.
    pub(crate) number: u16,
}

impl HostMap {
    /// The server's host.
    pub(crate) const SERVER: Host = Host(0);
    /// The balancer's host.
    pub(crate) const BALANCER: Host = Host(1);

    pub(crate) fn new(plan: &Plan) -> Self {
        let mut actors: Vec<_> = plan.actors.iter().map(|actor| actor.name.clone()).collect();
        leak::shuffle(&mut actors);
        let names: Vec<String> =
            ["server".to_owned(), "balancer".to_owned()].into_iter().chain(actors).collect();
        let begun = vec![0; names.len()];
        Self { names, state: Mutex::new(State { begun, ..State::default() }) }
    }

    /// The names of all hosts.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The host of an actor.
    pub(crate) fn host(&self, actor: &str) -> Option<Host> {
        let place = self.names.iter().position(|name| name == actor)?;
        u8::try_from(place).ok().map(Host)
    }

    /// Notes that an actor begins a connection.
    pub(crate) fn begin(&self, host: Host) {
        self.lock().begun[usize::from(host.0)] += 1;
    }

    /// The connection from this address. The first call numbers the connection. An actor has at
    /// most one connection in progress, so an unknown one is the last that the actor began.
    pub(crate) fn conn(&self, from: SocketAddr) -> Conn {
        let mut state = self.lock();
        if let Some(conn) = state.conns.get(&from) {
            return conn.clone();
        }
        let host = Host::of(from.ip()).map_or(usize::MAX, |host| usize::from(host.0));
        let name = self.names.get(host).map_or("?", String::as_str);
        let nth = state.begun.get(host).copied().unwrap_or_default();
        let number = u16::try_from(state.addresses.len() + 1).unwrap_or(u16::MAX);
        let conn = Conn { name: format!("{name}@{nth}").into(), number };
        state.addresses.push(from);
        state.conns.insert(from, conn.clone());
        conn
    }

    /// The connection with this number.
    pub(crate) fn numbered(&self, number: u16) -> Option<Conn> {
        let from = self.address(number)?;
        self.lock().conns.get(&from).cloned()
    }

    /// Notes that the application begins a request of this connection.
    pub(crate) fn call_began(&self, number: u16) {
        *self.lock().calls.entry(number).or_default() += 1;
    }

    /// Notes that the application has answered or dropped the request.
    pub(crate) fn call_ended(&self, number: u16) {
        if let Some(calls) = self.lock().calls.get_mut(&number) {
            *calls = calls.saturating_sub(1);
        }
    }

    /// Whether the application handles a request of this connection.
    pub(crate) fn is_called(&self, number: u16) -> bool {
        self.lock().calls.get(&number).is_some_and(|calls| *calls > 0)
    }

    /// The address of the connection with this number.
    pub(crate) fn address(&self, number: u16) -> Option<SocketAddr> {
        let place = usize::from(number).checked_sub(1)?;
        self.lock().addresses.get(place).copied()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
