use std::time::Instant;

use http::Method;

use crate::report::{AbortedRequest, millis};

/// The requests in flight on one connection, for the report.
///
/// A connection of HTTP/1 rarely has more than one. `first` holds that request and reuses its
/// `path`, so most requests do not allocate. The path is a copy, because a reference would stop
/// hyper from reusing its read buffer.
#[derive(Debug, Default)]
pub(super) struct Requests {
    first: Entry,
    /// Whether `first` is in flight.
    has_first: bool,
    /// The other requests, in no order.
    more: Vec<Entry>,
    /// The request by which the connection left HTTP. The request ends with its response. If the
    /// connection is cut afterwards, the report names this request.
    origin: Option<Box<Entry>>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    id: u32,
    method: Method,
    path: String,
    /// `None` until the connection's task waits for the first time after the request's head.
    since: Option<Instant>,
}

impl Requests {
    /// Adds a request without a time.
    #[inline]
    pub(super) fn add<B>(&mut self, id: u32, request: &http::Request<B>) {
        let entry = if self.has_first {
            self.more.push(Entry::default());
            self.more.last_mut().expect("it was just added")
        } else {
            self.has_first = true;
            &mut self.first
        };
        entry.id = id;
        entry.method.clone_from(request.method());
        entry.path.clear();
        entry.path.push_str(request.uri().path());
        entry.since = None;
    }

    /// Records `now` as the start of each request that has no time.
    pub(super) fn date(&mut self, now: Instant) {
        for entry in std::iter::once(&mut self.first).chain(&mut self.more) {
            entry.since.get_or_insert(now);
        }
    }

    /// Remembers the request in flight, by which the connection leaves HTTP.
    pub(super) fn leaves_http(&mut self, now: Instant) {
        self.date(now);
        self.origin = self.has_first.then(|| Box::new(self.first.clone()));
    }

    /// Frees the memory that was kept for the next request.
    pub(super) fn shrink(&mut self) {
        self.first.path.shrink_to_fit();
        self.more.shrink_to_fit();
    }

    /// Removes one request.
    #[inline]
    pub(super) fn remove(&mut self, id: u32) {
        if self.has_first && self.first.id == id {
            self.remove_first();
        } else if let Some(place) = self.more.iter().position(|it| it.id == id) {
            self.more.swap_remove(place);
        }
    }

    /// Removes the `count` oldest requests.
    #[inline(always)]
    pub(super) fn remove_oldest(&mut self, count: u32) {
        if self.more.is_empty() {
            if count > 0 {
                self.remove_first();
            }
            return;
        }
        for _ in 0..count {
            if let Some(oldest) = self.iter().map(|it| it.id).min() {
                self.remove(oldest);
            }
        }
    }

    /// The requests as the report names them, in the order of arrival.
    pub(super) fn describe(&self, now: Instant) -> Vec<AbortedRequest> {
        let mut entries: Vec<_> = self.iter().collect();
        if entries.is_empty() {
            entries.extend(self.origin.as_deref());
        }
        entries.sort_by_key(|it| it.id);
        let described = entries.into_iter().map(|it| AbortedRequest {
            method: it.method.to_string(),
            path: it.path.clone(),
            age_ms: it.since.map_or(0, |since| millis(now.saturating_duration_since(since))),
        });
        described.collect()
    }

    /// The number of requests in flight.
    #[inline]
    pub(super) fn len(&self) -> usize {
        usize::from(self.has_first) + self.more.len()
    }

    #[inline]
    fn remove_first(&mut self) {
        self.has_first = false;
        self.first.path.clear();
    }

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.has_first.then_some(&self.first).into_iter().chain(&self.more)
    }
}
