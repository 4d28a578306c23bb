use std::time::Instant;

use http::Method;

use crate::report::{AbortedRequest, millis};

/// The requests in flight on one connection, for the report.
///
/// HTTP/1 has one at a time. It has a place of its own, whose text is used again, so that no
/// request allocates. The text is a copy, because a reference would keep the protocol's buffer from
/// being used again.
#[derive(Debug, Default)]
pub(super) struct Requests {
    first: Entry,
    /// Whether `first` is in flight.
    has_first: bool,
    more: Vec<Entry>,
    /// The request by which the connection left HTTP. That request ends with its response, but the
    /// report names it when the connection is cut.
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

    /// Records the time of those requests that have none.
    pub(super) fn date(&mut self, now: Instant) {
        for entry in std::iter::once(&mut self.first).chain(&mut self.more) {
            entry.since.get_or_insert(now);
        }
    }

    /// The connection leaves HTTP with the request in flight.
    pub(super) fn leaves_http(&mut self, now: Instant) {
        self.date(now);
        self.origin = self.has_first.then(|| Box::new(self.first.clone()));
    }

    /// Gives up the memory that only the next request would use.
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
