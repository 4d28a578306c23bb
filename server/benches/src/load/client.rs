use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use super::habit::Habit;
use super::tally::Tally;
use super::trigger::Trigger;
use crate::load::{Answer, Connection, Loss, NotOpened};

/// What all clients of a load have in common.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) target: SocketAddr,
    pub(super) trigger: Arc<Trigger>,
    pub(super) ending: Arc<AtomicBool>,
    /// How many answers all clients have had.
    pub(super) answers: watch::Sender<u64>,
}

/// A client, whatever its habit.
#[derive(Debug)]
pub(super) struct Client {
    flow: Rc<Flow>,
    pub(super) tally: Tally,
    /// How many answers it has had.
    answers: usize,
    brisk: bool,
}

impl Client {
    pub(super) fn new(flow: Rc<Flow>, habit: Habit) -> Self {
        Self { flow, tally: Tally::default(), answers: 0, brisk: habit.is_brisk() }
    }

    /// Whether what is begun now is the last.
    pub(super) fn is_last(&self) -> bool {
        self.flow.ending.load(Ordering::Relaxed)
    }

    /// Connects; `None` when there is nobody left to talk to.
    pub(super) async fn connect(&mut self) -> Option<Connection> {
        loop {
            match Connection::open(self.flow.target).await {
                Ok(connection) => {
                    self.tally.waited += u64::from(connection.waited);
                    return Some(connection);
                }
                // These say nothing about what the next attempt will find.
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

    /// Sends a request and reads its answer; whether the connection can bring another.
    pub(super) async fn request(
        &mut self,
        connection: &mut Connection,
        request: &[u8],
        first: bool,
    ) -> bool {
        let sent = connection.send(request).await;
        self.answer(connection, sent, first).await
    }

    /// Reads the answer to what was sent; whether the connection can bring another.
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
        match answer {
            Ok(answer) => self.answered(answer),
            Err(loss) => {
                self.tally.lose(loss, first);
                false
            }
        }
    }

    /// Counts an answer; whether its connection can bring another.
    pub(super) fn answered(&mut self, answer: Answer) -> bool {
        if answer.is_success() {
            self.tally.answered += 1;
        } else {
            self.tally.turned_away += 1;
        }
        if self.brisk {
            self.answers += 1;
            self.flow.trigger.answered(self.answers);
            self.flow.answers.send_modify(|answers| *answers += 1);
        }
        !answer.close
    }

    /// Waits until the brisk clients have had `more` answers, or the signal has been sent.
    pub(super) async fn pace(&self, more: u64) {
        let mut answers = self.flow.answers.subscribe();
        let enough = *answers.borrow() + more;
        // Whoever pulls the trigger counts its answer after that, and so wakes us.
        let over = |answers: &u64| *answers >= enough || self.flow.trigger.is_pulled();
        // The sender is a part of the flow, and lives as long as we do.
        let _ = answers.wait_for(over).await;
    }
}
