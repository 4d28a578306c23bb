use lastorders_harness::plan::{Contract, Draft};

use super::stream::{Concern, Stream};
use super::{Family, Requests};
use crate::case::Case;

/// Makes cases of one family: a pure function of the seed.
#[derive(Debug, Clone)]
pub struct Generator {
    family: Family,
    requests: Requests,
}

impl Generator {
    /// For the contract's own service.
    #[must_use]
    pub fn new(family: Family) -> Self {
        Self { family, requests: Requests::contract() }
    }

    /// For a service with these requests.
    #[must_use]
    pub fn requests(self, requests: Requests) -> Self {
        Self { requests, ..self }
    }

    /// The case of a seed.
    #[must_use]
    pub fn generate(&self, seed: u64) -> Case {
        let mut draft = Draft::new(self.family.scenario(), seed, Contract::default());
        let mut client = Stream::new(seed, Concern::Client, 1);
        let request = self.requests.draw(&mut client);
        draft.client("one-shot-1").connect().send(request).receive();
        draft.operator().signal().await_draining().await_exit();
        let tail_seed = Stream::new(seed, Concern::Tail, 0).draw();
        Case { tail_seed, ..Case::plain(draft.finish()) }
    }
}

/// The case of a seed, with the contract's requests.
#[must_use]
pub fn generate(seed: u64, family: Family) -> Case {
    Generator::new(family).generate(seed)
}
