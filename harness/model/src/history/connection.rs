use std::collections::BTreeSet;

use super::{End, Event, EventKind, History};

/// One connection of a raw client, with its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The name, `actor@n`.
    pub conn: String,
    /// The time at which the connection was established, in microseconds.
    pub opened_us: u64,
    /// The time of the end in microseconds, and the cause. The cause is `Silence` if the connection
    /// was open when the world ended the run or killed the server.
    pub ended: Option<(u64, End)>,
}

impl History {
    /// Every established connection, in the order of establishment.
    #[must_use]
    pub fn connections(&self) -> Vec<Connection> {
        let mut connections: Vec<Connection> = Vec::new();
        let mut killed = false;
        let mut closed = BTreeSet::new();
        for event in &self.events {
            let Event { at_us, what, .. } = event;
            match what {
                EventKind::Connected { conn, .. } => connections.push(Connection {
                    conn: conn.clone(),
                    opened_us: *at_us,
                    ended: None,
                }),
                // The connection outlives a refused request.
                EventKind::Ended { by: End::Refused, .. } => {}
                EventKind::Closed { conn, by } | EventKind::Ended { conn, by, .. } => {
                    let by = if killed && *by != End::Client { End::Silence } else { *by };
                    let found = connections.iter_mut().rfind(|known| known.conn == *conn);
                    let Some(known) = found else { continue };
                    // A request over HTTP/2 may end long before its connection does.
                    let first =
                        matches!(event.what, EventKind::Closed { .. }) && closed.insert(conn);
                    if first || known.ended.is_none() {
                        known.ended = Some((*at_us, by));
                    }
                }
                EventKind::Killed { .. } => killed = true,
                // No other kind begins or ends a connection.
                _ => {}
            }
        }
        connections
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_ends_once_and_a_killed_server_was_silent() {
        let connected = |conn: &str| EventKind::Connected { conn: conn.to_owned(), began_us: 0 };
        let closed = |conn: &str, by| EventKind::Closed { conn: conn.to_owned(), by };
        let events = [
            connected("a@1"),
            closed("a@1", End::Fin),
            closed("a@1", End::Client),
            connected("a@2"),
            connected("b@1"),
            connected("c@1"),
            EventKind::Killed { why: "the grace was over".to_owned() },
            closed("a@2", End::Reset),
            closed("b@1", End::Client),
        ];
        let event = |(at_us, what)| Event { at_us, actor: "x".to_owned(), what };
        let history = History { events: (1..).zip(events).map(event).collect() };
        let seen: Vec<_> = history.connections().into_iter().map(|c| (c.conn, c.ended)).collect();
        let expected = [
            ("a@1", Some((2, End::Fin))),
            ("a@2", Some((8, End::Silence))),
            ("b@1", Some((9, End::Client))),
            ("c@1", None),
        ];
        assert_eq!(seen, expected.map(|(conn, ended)| (conn.to_owned(), ended)));
    }
}
