use super::{End, Event, History, What};

/// One connection of a raw client, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its name, `actor@n`.
    pub conn: String,
    /// When it was established, in microseconds.
    pub opened_us: u64,
    /// When it ended, and what ended it; `Silence` if it was still open when the world ended the
    /// run or killed the server.
    pub ended: Option<(u64, End)>,
}

impl History {
    /// Every connection that was established, in that order.
    #[must_use]
    pub fn connections(&self) -> Vec<Connection> {
        let mut connections: Vec<Connection> = Vec::new();
        let mut killed = false;
        for Event { at_us, what, .. } in &self.events {
            match what {
                What::Connected { conn } => connections.push(Connection {
                    conn: conn.clone(),
                    opened_us: *at_us,
                    ended: None,
                }),
                What::Closed { conn, by } | What::Ended { conn, by, .. } => {
                    let by = if killed && *by != End::Client { End::Silence } else { *by };
                    let found = connections.iter_mut().rfind(|known| known.conn == *conn);
                    if let Some(known) = found {
                        known.ended.get_or_insert((*at_us, by));
                    }
                }
                What::Killed { .. } => killed = true,
                _ => {}
            }
        }
        connections
    }
}
