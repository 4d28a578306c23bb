use std::collections::BTreeSet;

use super::focus::Focus;
use crate::history::{Event, EventKind, History};
use crate::plan::LetGo;

/// The state of an actor between its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// The actor is absent.
    Nothing,
    /// The client is connected, the server listens, or the store works.
    Up,
    /// A request is in flight.
    Waiting,
    /// The server runs and does not listen.
    NotListening,
    /// Every thread of the server is stopped.
    Frozen,
    /// A gate is closed.
    Gated,
    /// The store is broken.
    Broken,
}

impl Doing {
    /// The sign between events.
    pub(super) fn sign(self) -> char {
        match self {
            Self::Nothing => ' ',
            Self::Up => '│',
            Self::Waiting => '║',
            Self::NotListening => '┆',
            Self::Frozen => '░',
            Self::Gated => '▒',
            Self::Broken => '╳',
        }
    }
}

/// One actor's column.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) doing: Doing,
    /// This client's requests in flight.
    open: BTreeSet<String>,
}

/// The columns, from left to right: clients, the server, the store.
#[derive(Debug)]
pub(super) struct Lanes {
    pub(super) all: Vec<Lane>,
}

impl Lanes {
    pub(super) fn of(history: &History, focus: &Focus) -> Self {
        let store = history.events.iter().any(|event| event.actor == "store");
        let names = focus
            .clients
            .iter()
            .map(String::as_str)
            .chain(["server"])
            .chain(store.then_some("store"));
        let lane = |name: &str| Lane {
            name: name.to_owned(),
            doing: Doing::Nothing,
            open: BTreeSet::new(),
        };
        Self { all: names.map(lane).collect() }
    }

    /// The column of an event's actor, if there is one. The world and the operator act on the
    /// server.
    pub(super) fn position(&self, event: &Event) -> Option<usize> {
        let actor = match event.actor.as_str() {
            "world" | "operator" => "server",
            actor => actor,
        };
        self.all.iter().position(|lane| lane.name == actor)
    }

    /// Updates the states with one event.
    pub(super) fn follow(&mut self, event: &Event) {
        if let Some(at) = self.position(event) {
            self.all[at].follow(&event.what);
        }
    }
}

impl Lane {
    fn follow(&mut self, what: &EventKind) {
        self.doing = match what {
            EventKind::Connected { .. } | EventKind::Started { .. } | EventKind::Thawed => {
                Doing::Up
            }
            EventKind::Sent { request, .. } => {
                self.open.insert(request.id.clone());
                Doing::Waiting
            }
            EventKind::Answered { request, .. } => {
                self.open.remove(&request.id);
                if self.open.is_empty() { Doing::Up } else { Doing::Waiting }
            }
            EventKind::Ended { request, .. } => {
                self.open.remove(&request.id);
                if self.open.is_empty() { Doing::Nothing } else { Doing::Waiting }
            }
            EventKind::NotConnected { .. }
            | EventKind::NotSent { .. }
            | EventKind::Closed { .. }
            | EventKind::Exited { .. }
            | EventKind::Killed { .. }
            | EventKind::NotReady { .. } => Doing::Nothing,
            EventKind::ListenerGone if self.doing == Doing::Up => Doing::NotListening,
            EventKind::Frozen => Doing::Frozen,
            EventKind::Holding { .. } => Doing::Gated,
            EventKind::Opened { what: LetGo::All } => Doing::Up,
            EventKind::Broken { .. } => Doing::Broken,
            EventKind::Session { .. } if self.doing == Doing::Nothing => Doing::Up,
            // No other kind changes the state of an actor.
            _ => self.doing,
        };
    }
}
