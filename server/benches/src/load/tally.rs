use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

use serde::Serialize;

use crate::load::Loss;

/// The counted outcomes of requests and connects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Requests with a complete answer of status 2xx.
    pub answered: u64,
    /// Requests with a complete answer of another status, such as 503. Not lost.
    pub turned_away: u64,
    /// Lost requests that were the first of their connection, by kind of loss.
    pub lost_fresh: BTreeMap<Loss, u64>,
    /// Lost requests that were later ones of their connection, by kind of loss.
    pub lost_kept_alive: BTreeMap<Loss, u64>,
    /// Requests that the server declared as not processed: pipelined ones after an answer that says
    /// `close`, HTTP/2 streams that GOAWAY or a reset refused. Not lost, because a retry is safe.
    pub left_over: u64,
    /// Connects that were refused at once.
    pub refused: u64,
    /// Connects whose SYN had to be repeated.
    pub waited: u64,
    /// Connects that were neither accepted nor refused within the bound.
    pub unanswered: u64,
    /// Connects that this machine could not try. They make the measurement worthless.
    pub failed: u64,
}

impl Tally {
    /// Counts a request without a complete answer.
    pub(crate) fn lose(&mut self, loss: Loss, first_on_connection: bool) {
        let lost =
            if first_on_connection { &mut self.lost_fresh } else { &mut self.lost_kept_alive };
        *lost.entry(loss).or_default() += 1;
    }

    /// How many first requests of connections were lost.
    #[must_use]
    pub fn fresh(&self) -> u64 {
        self.lost_fresh.values().sum()
    }

    /// How many later requests of connections were lost.
    #[must_use]
    pub fn kept_alive(&self) -> u64 {
        self.lost_kept_alive.values().sum()
    }

    /// How many requests were lost.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.fresh() + self.kept_alive()
    }
}

/// One line of text.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { answered, refused, waited, .. } = self;
        write!(f, "{answered} answered, {} lost, {refused} refused, {waited} waited", self.lost())
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.answered += other.answered;
        self.turned_away += other.turned_away;
        self.left_over += other.left_over;
        add(&mut self.lost_fresh, other.lost_fresh);
        add(&mut self.lost_kept_alive, other.lost_kept_alive);
        self.refused += other.refused;
        self.waited += other.waited;
        self.unanswered += other.unanswered;
        self.failed += other.failed;
    }
}

fn add(to: &mut BTreeMap<Loss, u64>, from: BTreeMap<Loss, u64>) {
    for (loss, count) in from {
        *to.entry(loss).or_default() += count;
    }
}
