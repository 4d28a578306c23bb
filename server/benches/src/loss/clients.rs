use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::tally::Tally;
use super::trigger::Trigger;
use crate::client::{Connection, Loss, NotOpened};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: subject\r\n\r\n";

/// A load, as the clients see it.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) target: SocketAddr,
    pub(super) clients: usize,
    pub(super) trigger: Arc<Trigger>,
    /// Every client ends after a request that it began after this was set. A load ends by being
    /// refused, unless a successor goes on.
    pub(super) ending: Arc<AtomicBool>,
}

/// Runs all clients until each has ended.
pub(super) async fn run(load: Load) -> Tally {
    let load = Rc::new(load);
    let mut clients = JoinSet::new();
    for number in 0..load.clients {
        let client = Client { load: Rc::clone(&load), tally: Tally::default(), answers: 0 };
        match number % 2 {
            0 => clients.spawn_local(client.fresh()),
            _ => clients.spawn_local(client.kept_alive()),
        };
    }
    let mut total = Tally::default();
    while let Some(tally) = clients.join_next().await {
        total += tally.expect("a client neither panics nor is aborted");
    }
    total
}

struct Client {
    load: Rc<Load>,
    tally: Tally,
    answers: usize,
}

/// What came of a connect.
enum Connected {
    Yes(Connection),
    /// No, but the client goes on.
    NotYet,
    /// The client has nobody left to talk to.
    NoMore,
}

impl Client {
    async fn fresh(mut self) -> Tally {
        loop {
            let last = self.is_last();
            match self.connect().await {
                Connected::Yes(mut connection) => {
                    self.request(&mut connection, true).await;
                }
                Connected::NotYet => {}
                Connected::NoMore => return self.tally,
            }
            if last {
                return self.tally;
            }
        }
    }

    async fn kept_alive(mut self) -> Tally {
        loop {
            let mut connection = match self.connect().await {
                Connected::Yes(connection) => connection,
                Connected::NotYet => continue,
                Connected::NoMore => return self.tally,
            };
            let mut first = true;
            loop {
                let last = self.is_last();
                let another = self.request(&mut connection, first).await;
                if last {
                    return self.tally;
                }
                // On what the kernel knows to be closed, no request is sent.
                if !another || connection.is_closed() {
                    break;
                }
                first = false;
            }
        }
    }

    fn is_last(&self) -> bool {
        self.load.ending.load(Ordering::Relaxed)
    }

    async fn connect(&mut self) -> Connected {
        match Connection::open(self.load.target).await {
            Ok(connection) => {
                self.tally.waited += u64::from(connection.waited);
                return Connected::Yes(connection);
            }
            Err(NotOpened::Reset) => {
                self.tally.lose(Loss::Reset, true);
                return Connected::NotYet;
            }
            Err(NotOpened::Unanswered) => {
                self.tally.unanswered += 1;
                return Connected::NotYet;
            }
            Err(NotOpened::Refused) => self.tally.refused += 1,
            Err(NotOpened::Waited) => self.tally.waited += 1,
            Err(NotOpened::Local(_)) => self.tally.failed += 1,
        }
        Connected::NoMore
    }

    /// Sends a request and reads its answer; whether the connection can bring another.
    async fn request(&mut self, connection: &mut Connection, first: bool) -> bool {
        let answer = match connection.send(REQUEST).await {
            Ok(()) => connection.answer().await,
            Err(loss) => Err(loss),
        };
        match answer {
            Ok(answer) => {
                if answer.is_success() {
                    self.tally.answered += 1;
                } else {
                    self.tally.turned_away += 1;
                }
                self.answers += 1;
                self.load.trigger.answered(self.answers);
                !answer.close
            }
            Err(loss) => {
                self.tally.lose(loss, first);
                false
            }
        }
    }
}
