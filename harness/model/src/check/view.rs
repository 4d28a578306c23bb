use std::cell::OnceCell;
use std::ops::Deref;

use crate::history::{Connection, Exchange, History, Moments};

/// A history with the views that checks share. Each view is built once, at its first use.
#[derive(Debug)]
pub struct View<'a> {
    history: &'a History,
    moments: OnceCell<Moments>,
    exchanges: OnceCell<Vec<Exchange<'a>>>,
    connections: OnceCell<Vec<Connection>>,
}

impl<'a> View<'a> {
    /// Wraps a history. No view is built yet.
    #[must_use]
    pub fn of(history: &'a History) -> Self {
        Self {
            history,
            moments: OnceCell::new(),
            exchanges: OnceCell::new(),
            connections: OnceCell::new(),
        }
    }

    /// [`History::moments`]
    #[must_use]
    pub fn moments(&self) -> Moments {
        *self.moments.get_or_init(|| self.history.moments())
    }

    /// [`History::exchanges`]
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange<'a>] {
        self.exchanges.get_or_init(|| self.history.exchanges())
    }

    /// [`History::connections`]
    #[must_use]
    pub fn connections(&self) -> &[Connection] {
        self.connections.get_or_init(|| self.history.connections())
    }
}

impl Deref for View<'_> {
    type Target = History;

    fn deref(&self) -> &History {
        self.history
    }
}
