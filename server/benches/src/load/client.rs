use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lastorders_model::history::Answer;
use tokio::sync::watch;

use super::client_kind::ClientKind;
use super::tally::Tally;
use super::trigger::Trigger;
use crate::load::{Connection, Loss, NotOpened};

/// Shared by all clients of a load.
#[derive(Debug)]
pub(super) struct LoadState {
    pub(super) target: SocketAddr,
    pub(super) trigger: Arc<Trigger>,
    pub(super) ending: Arc<AtomicBool>,
    /// How many answers all clients have received.
    pub(super) answers: watch::Sender<u64>,
}

/// A client of any kind.
#[derive(Debug)]
pub(super) struct Client {
    state: Rc<LoadState>,
    pub(super) tally: Tally,
    /// How many answers this client has received.
    answers: usize,
    continuous: bool,
}

impl Client {
    pub(super) fn new(state: Rc<LoadState>, kind: ClientKind) -> Self {
        Self { state, tally: Tally::default(), answers: 0, continuous: kind.is_continuous() }
    }

    /// Whether the next request is the client's last.
    pub(super) fn is_last(&self) -> bool {
        self.state.ending.load(Ordering::Relaxed)
    }

    /// Connects; `None` when no server listens any more.
    pub(super) async fn connect(&mut self) -> Option<Connection> {
        loop {
            match Connection::open(self.state.target).await {
                Ok(connection) => {
                    self.tally.waited += u64::from(connection.waited);
                    return Some(connection);
                }
                // These two errors do not predict the result of the next attempt.
                Err(NotOpened::Reset) => self.tally.lose(Loss::Reset, true),
                Err(NotOpened::Unanswered) => self.tally.unanswered += 1,
                Err(NotOpened::Refused) => {
                    self.tally.refused += 1;
                    return None;
                }
                Err(NotOpened::Waited) => {
                    self.tally.waited += 1;
                    return None;
                }
                Err(NotOpened::Local(_)) => {
                    self.tally.failed += 1;
                    return None;
                }
            }
        }
    }

    /// Reads the answer to a request. Returns whether the connection can carry another request.
    pub(super) async fn answer(
        &mut self,
        connection: &mut Connection,
        sent: Result<(), Loss>,
        first: bool,
    ) -> bool {
        let answer = match sent {
            Ok(()) => connection.answer().await,
            Err(loss) => Err(loss),
        };
        self.count(answer, first)
    }

    /// Counts an answer, or its loss. Returns whether the connection can carry another request.
    pub(super) fn count(&mut self, answer: Result<Answer, Loss>, first: bool) -> bool {
        let answer = match answer {
            Ok(answer) => answer,
            Err(loss) => {
                self.tally.lose(loss, first);
                return false;
            }
        };
        if (200..300).contains(&answer.status) {
            self.tally.answered += 1;
        } else {
            self.tally.turned_away += 1;
        }
        if self.continuous {
            self.answers += 1;
            self.state.trigger.answered(self.answers);
            self.state.answers.send_modify(|answers| *answers += 1);
        }
        !answer.says_close
    }

    /// Waits until the continuous clients have received `more` answers, or the trigger has fired.
    pub(super) async fn pace(&self, more: u64) {
        let mut answers = self.state.answers.subscribe();
        let enough = *answers.borrow() + more;
        // The client that fires the trigger counts its answer afterwards, and so wakes this wait.
        let over = |answers: &u64| *answers >= enough || self.state.trigger.has_fired();
        // The sender is a part of the shared state, which outlives this client.
        let _ = answers.wait_for(over).await;
    }
}
