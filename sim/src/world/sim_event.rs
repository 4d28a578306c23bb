use std::sync::Arc;

use lastorders_model::history::{Event, EventKind, Extension, Tone, Words, WorldEvent};
use lastorders_model::terminal::clean;
use serde::Serialize;
use serde_json::Value;

/// An event that only a simulation can see: the inside of the server, and how the run ended.
///
/// The history holds each event as [`EventKind::Extension`]. JSON: `{"event": "phase", "phase":
/// "draining"}`, the variant in snake case beside its fields.
///
/// Connections have the clients' names, `actor@n`. An unknown connection is `?`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SimEvent {
    /// The shutdown entered a phase.
    Phase {
        /// The server's name of the phase.
        phase: &'static str,
    },
    /// The service stopped being ready.
    Unready,
    /// The server began to close the listener.
    Sealing {
        /// Connections in the accept queue at this moment.
        queued: u32,
    },
    /// The listener was closed.
    Sealed {
        /// Connections that were lost in the accept queue.
        queued: u32,
    },
    /// The server accepted a connection.
    Accepted {
        /// The connection.
        conn: Arc<str>,
    },
    /// The server shut its side of a connection.
    Shut {
        /// The connection.
        conn: Arc<str>,
        /// Bytes that had arrived and were not read. The count is 0 if the server's last read
        /// found nothing to read.
        unread: u64,
    },
    /// The server dropped a connection's socket.
    Dropped {
        /// The connection.
        conn: Arc<str>,
        /// Bytes that had arrived and were never read, counted as in [`Shut`](Self::Shut).
        unread: u64,
    },
    /// The application was called with a request.
    Began {
        /// The number of the call in this run, from 1.
        call: u64,
        /// The request's connection.
        conn: Arc<str>,
        /// Method and path.
        line: String,
    },
    /// The application returned a response, or its future was dropped earlier.
    Ended {
        /// The number of the call.
        call: u64,
        /// The response's status; `None` if the future was dropped.
        status: Option<u16>,
    },
    /// The server took the whole body of the application's response, or dropped the body earlier.
    Written {
        /// The number of the call.
        call: u64,
        /// Whether the server took the whole body: the body was at its end, or had yielded as many
        /// bytes as it had announced, or is never sent (the response to `HEAD`).
        whole: bool,
    },
    /// The release of a resource began or ended.
    Release {
        /// The resource's name.
        resource: &'static str,
        /// The new state.
        state: ReleaseState,
    },
    /// The application gave a statement to a store that was closed or closing.
    StoreClosed,
    /// The server had returned, and every task that was ready had run. This much was left.
    Left {
        /// Tasks that the server had spawned.
        tasks: u32,
        /// Sockets that the server had opened.
        sockets: u32,
    },
    /// The server's report.
    Report {
        /// The report as JSON.
        report: Value,
    },
    /// Something panicked.
    Panicked {
        /// Message and place.
        message: String,
    },
    /// The run was not over, and no task or timer could make progress.
    Stuck,
    /// The run had more events than a run can hold.
    Livelock,
}

/// How far the release of a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseState {
    /// The release began.
    Begun,
    /// The resource is released.
    Done,
    /// The server gave the release up.
    GivenUp,
}

impl SimEvent {
    /// The simulation's event in `event`, if there is one.
    #[must_use]
    pub fn of(event: &Event) -> Option<&Self> {
        let EventKind::Extension(extension) = &event.what else { return None };
        extension.get()
    }
}

impl From<SimEvent> for EventKind {
    fn from(event: SimEvent) -> Self {
        Self::Extension(Extension::new(event))
    }
}

impl WorldEvent for SimEvent {
    fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("the fields are plain data")
    }

    fn words(&self) -> Option<Words> {
        let plain = |text: &str| Some(Words::new('│', Tone::Plain, text));
        let bad = |text: &str| Some(Words::new('✗', Tone::Bad, text));
        match self {
            Self::Phase { phase } => plain(&format!("enters: {phase}")),
            Self::Unready => plain("is not ready any more"),
            Self::Sealed { queued: 0 } => plain("seals its listener"),
            Self::Sealed { queued } => {
                bad(&format!("closes its listener on {queued} in the queue"))
            }
            Self::Dropped { conn, unread } if *unread > 0 => {
                bad(&format!("drops {conn} with {unread} bytes unread"))
            }
            Self::Ended { call, status: None } => bad(&format!("drops the handler of call {call}")),
            Self::Release { resource, state } => match state {
                ReleaseState::Begun => plain(&format!("releases {resource}")),
                ReleaseState::Done => plain(&format!("has released {resource}")),
                ReleaseState::GivenUp => {
                    let text = format!("gives up releasing {resource}");
                    Some(Words::new('│', Tone::Bad, text))
                }
            },
            Self::StoreClosed => bad("asks a store that is closed"),
            Self::Left { tasks, sockets } if tasks + sockets > 0 => {
                bad(&format!("leaves {tasks} tasks and {sockets} sockets behind"))
            }
            Self::Panicked { message } => bad(&format!("panics: {}", clean(message, 120))),
            Self::Stuck => bad("is stuck: nothing can happen any more"),
            Self::Livelock => bad("is busy forever"),
            Self::Sealing { .. }
            | Self::Accepted { .. }
            | Self::Shut { .. }
            | Self::Dropped { .. }
            | Self::Began { .. }
            | Self::Ended { .. }
            | Self::Written { .. }
            | Self::Left { .. }
            | Self::Report { .. } => None,
        }
    }
}
