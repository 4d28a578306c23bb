//! The table of injected bugs, with one function a bug. Each function's doc comment says how a real
//! server comes by the fault, and what a client or an operator sees of it.

use super::{Bug, Made};

impl Bug {
    /// Every bug: the canary, then in the order of the steps of a shutdown that they break.
    pub const ALL: [&'static Self; 19] = [
        &canary(),
        &readiness_after_seal(),
        &health_late(),
        &lame_duck_skipped(),
        &listener_dropped(),
        &no_connection_close(),
        &idle_kept_open(),
        &idle_closed_unread(),
        &executed_after_fin(),
        &wrong_goaway(),
        &upgraded_forgotten(),
        &counted_by_handler(),
        &counter_leaked(),
        &deadline_restarts(),
        &aborted_early(),
        &second_signal_ignored(),
        &second_signal_fatal(),
        &pool_first(),
        &release_unbounded(),
    ];

    /// The bug with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|bug| bug.name == name)
    }
}

/// Every shutdown that completes fails. A sweep that finds no failure of the canary judges nothing.
const fn canary() -> Bug {
    Bug {
        name: "canary",
        wrong: "every shutdown reports a panic that did not happen, and exits with 70",
        seen_in: None,
        found_by: &["exit-status"],
        made: Made::InServer,
    }
}

/// The two steps come in the wrong order. A balancer sends clients to a closed port until its next
/// look at `/health`.
const fn readiness_after_seal() -> Bug {
    Bug {
        name: "readiness-after-seal",
        wrong: "readiness goes off when the listener is closed, and not before it",
        seen_in: None,
        found_by: &["readiness-first", "health-draining"],
        made: Made::InServer,
    }
}

/// The health check is computed in the background and cached, so the first request after the signal
/// still gets 200.
const fn health_late() -> Bug {
    Bug {
        name: "health-late",
        wrong: "readiness goes off one request after the signal",
        seen_in: None,
        found_by: &["readiness-first", "health-draining"],
        made: Made::InServer,
    }
}

/// A balancer notices a shutdown late. Without a lame duck, the balancer sends clients to a closed
/// port in the meantime.
const fn lame_duck_skipped() -> Bug {
    Bug {
        name: "lame-duck-skipped",
        wrong: "the listener is closed at the signal, whatever the policy's lame duck is",
        seen_in: Some("grpc-rust#1940"),
        found_by: &["lame-duck-lasts", "balanced"],
        made: Made::InServer,
    }
}

/// The kernel resets the connections in the accept queue of a listener that is closed. A client
/// that sent its request in time sees nothing but `connection reset`.
const fn listener_dropped() -> Bug {
    Bug {
        name: "listener-dropped",
        wrong: "the listener is closed with the connections in its accept queue",
        seen_in: Some(
            "axum's `WithGracefulShutdown::run`, hyper-util's example, actix-net's workers",
        ),
        found_by: &["queue-lost"],
        made: Made::InServer,
    }
}

/// The client keeps the connection for its next request, and sends that request into the close.
const fn no_connection_close() -> Bug {
    Bug {
        name: "no-connection-close",
        wrong: "answers during the shutdown lack `Connection: close`",
        seen_in: Some("Node's `server.close()`, actix-web#929"),
        found_by: &["last-answer"],
        made: Made::InServer,
    }
}

/// A server that stops accepting and waits for its connections waits for clients with nothing to
/// send. Each shutdown beside a client with a connection pool lasts until the deadline.
const fn idle_kept_open() -> Bug {
    Bug {
        name: "idle-kept-open",
        wrong: "idle connections stay open until the deadline",
        seen_in: Some("Node's `server.close()`, node#2642, aiohttp#1221"),
        found_by: &["idle-let-go", "exit-prompt"],
        made: Made::InServer,
    }
}

/// The kernel answers unread bytes on a closed socket with a reset, so the client loses a request
/// that arrived in time.
const fn idle_closed_unread() -> Bug {
    Bug {
        name: "idle-closed-unread",
        wrong: "an idle connection is closed without a check for an unread request",
        seen_in: Some("hyper#3792"),
        found_by: &["unread"],
        made: Made::InServer,
    }
}

/// The client sees the FIN, believes that its request never began, and sends the request again
/// elsewhere. The request is executed twice.
const fn executed_after_fin() -> Bug {
    Bug {
        name: "executed-after-fin",
        wrong: "the server reads on after its own FIN, and executes a request that it finds",
        seen_in: None,
        found_by: &["after-fin", "unread", "release-last"],
        made: Made::InServer,
    }
}

/// A client may repeat every request whose stream is above the last one that GOAWAY names, so
/// requests that were executed are executed again elsewhere.
///
/// hyper writes the frame, and code in the server for this bug would be too invasive. So a wrapper
/// around the server's connections makes the bug, and the real program cannot have it.
const fn wrong_goaway() -> Bug {
    Bug {
        name: "wrong-goaway",
        wrong: "GOAWAY says that no stream was processed",
        seen_in: None,
        found_by: &["http2", "ledger"],
        made: Made::WrongGoaway,
    }
}

/// hyper's part of a connection ends when the application takes the connection over. A server that
/// counts only hyper's connections cuts a WebSocket in the middle of a message. Most cases show the
/// release of resources under the open connection.
const fn upgraded_forgotten() -> Bug {
    Bug {
        name: "upgraded-forgotten",
        wrong: "an upgraded connection is no longer tracked",
        seen_in: Some("axum#3003, axum-server#40"),
        found_by: &["release-last", "no-leak"],
        made: Made::InServer,
    }
}

/// A middleware that counts around `next.run(request)` has this fault: nobody counts the body of a
/// streamed answer.
const fn counted_by_handler() -> Bug {
    Bug {
        name: "counted-by-handler",
        wrong: "a request counts as ended when its handler returns, before its body is written",
        seen_in: None,
        found_by: &["early-abort", "settles", "report-agrees", "ledger"],
        made: Made::InServer,
    }
}

/// The counter goes up at the head and down after the answer. A dropped future never gets there, so
/// the drain waits for a client that has left.
const fn counter_leaked() -> Bug {
    Bug {
        name: "counter-leaked",
        wrong: "the request of a client that disconnects is counted for ever",
        seen_in: None,
        found_by: &["settles", "exit-prompt"],
        made: Made::InServer,
    }
}

/// `for connection in connections { timeout(deadline, connection).await }` has this fault: each
/// connection gets the whole time after all connections before it.
const fn deadline_restarts() -> Bug {
    Bug {
        name: "deadline-restarts",
        wrong: "the deadline restarts each time a connection closes",
        seen_in: None,
        found_by: &["deadline", "exit-in-grace"],
        made: Made::InServer,
    }
}

/// The deadline is measured from the wrong moment, or in the wrong unit. Where three quarters of
/// the deadline are less than the lame duck, the cut lame duck shows the bug first.
const fn aborted_early() -> Bug {
    Bug {
        name: "aborted-early",
        wrong: "requests in flight are cut at three quarters of the deadline",
        seen_in: None,
        found_by: &["lame-duck-lasts", "early-abort"],
        made: Made::InServer,
    }
}

/// An operator at the terminal presses Ctrl-C again, and nothing happens.
const fn second_signal_ignored() -> Bug {
    Bug {
        name: "second-signal-ignored",
        wrong: "the server reads no signal after the first",
        seen_in: Some("tokio#7905"),
        found_by: &["second-sigint"],
        made: Made::InServer,
    }
}

/// The signal handler is gone after the first signal, or exits at the second. A process supervisor
/// that signals both the group and the leader delivers SIGTERM twice.
///
/// The whole shutdown ends at once, so the bug breaks many promises in the same instant. The phase
/// of the second signal decides which check fails first.
const fn second_signal_fatal() -> Bug {
    Bug {
        name: "second-signal-fatal",
        wrong: "the second signal, SIGTERM or SIGINT, ends everything at once",
        seen_in: None,
        found_by: &[
            "lame-duck-lasts",
            "early-abort",
            "report-agrees",
            "settles",
            "no-leak",
            "queue-lost",
            "answered-in-time",
            "second-sigterm",
        ],
        made: Made::InServer,
    }
}

/// The pool has a signal handler of its own and closes beside the server, so requests in flight get
/// a 500. Releases before their turn have no time limit either, which `release-bounded` finds where
/// no request is in flight.
const fn pool_first() -> Bug {
    Bug {
        name: "pool-first",
        wrong: "resources are released at the signal, while requests are in flight",
        seen_in: None,
        found_by: &[
            "release-last",
            "release-bounded",
            "store-after-close",
            "pool-outlives-requests",
        ],
        made: Made::InServer,
    }
}

/// A pool waits for a session that a stalled statement never returns.
const fn release_unbounded() -> Bug {
    Bug {
        name: "release-unbounded",
        wrong: "a release has no time limit",
        seen_in: Some("sqlx#1764"),
        found_by: &["release-bounded", "deadline"],
        made: Made::InServer,
    }
}
