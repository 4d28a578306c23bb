use std::time::Instant;

use http::Method;
use http::uri::PathAndQuery;

use crate::injected::{InjectedBug, injected};
use crate::report::{AbortedRequest, millis};

/// The requests in flight on one connection.
///
/// HTTP/1 has one at a time, and that one has its place here: no request allocates.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    first: Option<Entry>,
    more: Vec<Entry>,
    next_id: u64,
    /// Whether the machine is told of each. While serving nobody needs to know, and the lock of the
    /// machine would be one for all connections.
    pub(crate) told: bool,
    /// Whether they have outlived their connection, which goes off the list with the last of them.
    pub(crate) orphaned: bool,
    /// The request by which the connection left HTTP. It ends with its answer, but the report names
    /// it when the connection is cut.
    origin: Option<Box<Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: u64,
    method: Method,
    path: Option<PathAndQuery>,
    since: Instant,
    bodiless: bool,
}

impl InFlight {
    /// Adds one, and gives it a number. `bodiless`: whatever is read while it is in flight belongs
    /// to the next one.
    #[inline]
    pub(crate) fn add<B>(
        &mut self,
        request: &http::Request<B>,
        bodiless: bool,
        since: Instant,
    ) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let path = request.uri().path_and_query().cloned();
        let entry = Entry { id, method: request.method().clone(), path, since, bodiless };
        if self.first.is_none() {
            self.first = Some(entry);
        } else {
            self.more.push(entry);
        }
        id
    }

    /// The connection leaves HTTP with the request in flight.
    pub(crate) fn leaves_http(&mut self) {
        self.origin = self.first.clone().map(Box::new);
    }

    /// Whether it was there.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        if self.first.as_ref().is_some_and(|it| it.id == id) {
            self.first = None;
            return true;
        }
        let place = self.more.iter().position(|it| it.id == id);
        place.map(|place| self.more.swap_remove(place)).is_some()
    }

    /// Removes those up to this number, and says how many there were.
    #[inline]
    pub(crate) fn remove_through(&mut self, last: u64) -> usize {
        let before = self.len();
        self.first.take_if(|it| it.id <= last);
        self.more.retain(|it| it.id > last);
        before - self.len()
    }

    /// Removes all, and says how many there were.
    #[inline]
    pub(crate) fn clear(&mut self) -> usize {
        if injected(InjectedBug::CounterLeaked) {
            return 0;
        }
        let count = self.len();
        self.first = None;
        self.more.clear();
        count
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.len()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none() && self.more.is_empty()
    }

    /// Whether bytes that are read now belong to no request in flight.
    pub(crate) fn claims_nothing(&self) -> bool {
        self.iter().all(|it| it.bodiless)
    }

    /// For the report of what was cut, in the order of arrival.
    pub(crate) fn describe(&self, now: Instant) -> Vec<AbortedRequest> {
        let mut entries: Vec<_> = self.iter().collect();
        if entries.is_empty() {
            entries.extend(self.origin.as_deref());
        }
        entries.sort_by_key(|it| it.id);
        let described = entries.into_iter().map(|it| AbortedRequest {
            method: it.method.to_string(),
            path: it.path.as_ref().map_or("", PathAndQuery::path).to_owned(),
            age_ms: millis(now.saturating_duration_since(it.since)),
        });
        described.collect()
    }

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.first.iter().chain(&self.more)
    }
}
