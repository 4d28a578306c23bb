use std::collections::BTreeSet;

use crate::check::{Finding, Kind};
use crate::history::{Exchange, History, RequestId};

/// The most lanes of clients, so that the words fit beside the lanes.
const MOST_CLIENTS: usize = 3;

/// The requests and clients of the findings.
#[derive(Debug, Default)]
pub(super) struct Focus {
    /// The requests' ids in the history.
    pub(super) requests: BTreeSet<String>,
    /// The id of each request that creates a row, with the row's name.
    pub(super) names: Vec<(String, String)>,
    /// The clients with a lane, in the order of their first requests.
    pub(super) clients: Vec<String>,
}

impl Focus {
    pub(super) fn of(history: &History, findings: &[Finding]) -> Self {
        let exchanges = history.exchanges();
        let named: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| finding.kind != Kind::Note)
            .filter_map(|finding| finding.request.as_deref())
            .collect();
        let mut focus = Self::default();
        let signalled = history.moments().signalled.unwrap_or(0);
        // Requests of findings come first, then requests in flight, then later requests.
        let tests: [&dyn Fn(&Exchange) -> bool; 3] = [
            &|exchange| named.contains(exchange.request.id.as_str()),
            &|exchange| exchange.in_flight,
            &|exchange| exchange.ended_us >= signalled,
        ];
        for (rank, test) in tests.iter().enumerate() {
            if rank > 1 && !focus.clients.is_empty() {
                break;
            }
            for exchange in exchanges.iter().filter(|exchange| test(exchange)) {
                focus.take(exchange);
            }
        }
        let first =
            |client: &String| exchanges.iter().position(|exchange| exchange.actor == *client);
        focus.clients.sort_by_key(first);
        focus
    }

    fn take(&mut self, exchange: &Exchange) {
        let known = self.clients.iter().any(|client| client == exchange.actor);
        if !known && self.clients.len() >= MOST_CLIENTS {
            return;
        }
        if !known {
            self.clients.push(exchange.actor.to_owned());
        }
        // An endless client has too many requests to show.
        let of_it = |id: &&String| id.split('#').next() == Some(exchange.actor);
        if self.requests.iter().filter(of_it).count() < 4 {
            let RequestId { id, name } = exchange.request.clone();
            if self.requests.insert(id.clone()) {
                self.names.extend(name.map(|name| (id, name)));
            }
        }
    }
}
