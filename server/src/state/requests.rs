use std::time::Instant;

use http::Method;
use http::uri::PathAndQuery;

use crate::report::{AbortedRequest, millis};

/// The requests in flight on one connection, as a report names them.
///
/// HTTP/1 has one at a time, which has a place of its own, so that no request allocates.
#[derive(Debug, Default)]
pub(super) struct Requests {
    first: Option<Entry>,
    more: Vec<Entry>,
    /// The request by which the connection left HTTP. That request ends with its response, but the
    /// report names it when the connection is cut.
    origin: Option<Box<Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: u64,
    method: Method,
    path: Option<PathAndQuery>,
    since: Instant,
}

impl Requests {
    #[inline]
    pub(super) fn add<B>(&mut self, id: u64, request: &http::Request<B>, since: Instant) {
        let path = request.uri().path_and_query().cloned();
        let entry = Entry { id, method: request.method().clone(), path, since };
        if self.first.is_none() {
            self.first = Some(entry);
        } else {
            self.more.push(entry);
        }
    }

    /// The connection leaves HTTP with the request in flight.
    pub(super) fn leaves_http(&mut self) {
        self.origin = self.first.clone().map(Box::new);
    }

    /// Removes one request.
    pub(super) fn remove(&mut self, id: u64) {
        if self.first.as_ref().is_some_and(|it| it.id == id) {
            self.first = None;
        } else if let Some(place) = self.more.iter().position(|it| it.id == id) {
            self.more.swap_remove(place);
        }
    }

    /// Removes the `count` oldest requests.
    #[inline]
    pub(super) fn remove_oldest(&mut self, count: u32) {
        if count as usize >= self.len() {
            self.first = None;
            self.more.clear();
            return;
        }
        for _ in 0..count {
            if let Some(oldest) = self.iter().map(|it| it.id).min() {
                self.remove(oldest);
            }
        }
    }

    /// For the report of what was cut, in the order of arrival.
    pub(super) fn describe(&self, now: Instant) -> Vec<AbortedRequest> {
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

    #[inline]
    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.len()
    }

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.first.iter().chain(&self.more)
    }
}
