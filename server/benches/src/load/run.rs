use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::client::{Client, Flow};
use super::habit::Habit;
use super::tally::Tally;
use super::trigger::Trigger;

/// What loads a server.
#[derive(Debug)]
pub struct Load {
    /// The server.
    pub target: SocketAddr,
    /// One client each.
    pub habits: Vec<Habit>,
    /// What the brisk ones of them pull.
    pub trigger: Arc<Trigger>,
    /// Every client ends after what it begins when this has been set. Without it, clients end when
    /// they are refused.
    pub ending: Arc<AtomicBool>,
}

impl Load {
    /// Runs all clients until each has ended. On a [`LocalSet`](tokio::task::LocalSet).
    ///
    /// # Panics
    ///
    /// When a client does.
    pub async fn run(self) -> Tally {
        let Self { target, habits, trigger, ending } = self;
        let flow = Rc::new(Flow { target, trigger, ending, answers: watch::Sender::new(0) });
        let mut clients = JoinSet::new();
        for habit in habits {
            clients.spawn_local(habit.run(Client::new(Rc::clone(&flow), habit)));
        }
        let mut total = Tally::default();
        while let Some(tally) = clients.join_next().await {
            total += tally.expect("a client neither panics nor is aborted");
        }
        total
    }
}
