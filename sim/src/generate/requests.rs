use lastorders_model::plan::Request;

use super::stream::Stream;
use crate::case::Streamed;

/// From one part of a streamed answer to the next, at most.
const LONGEST_PAUSE_US: u64 = 30_000;

/// What clients ask for, apart from `/health`.
///
/// The default is the contract's `POST /work`. A team that tests its own service gives its own
/// requests: the ledger and its kin judge only `POST /work`, and are not named in
/// plans with others.
#[derive(Debug, Clone)]
pub struct Requests {
    /// Each with its weight; the sum of the weights is not zero.
    weighted: Vec<(u32, Request)>,
    total: u64,
    health: bool,
    /// Whether it is the contract's own service, which streams answers to those who ask for it.
    contract: bool,
}

impl Requests {
    /// `POST /work`, each with a name of its own; one of eight has its answer streamed.
    #[must_use]
    pub fn contract() -> Self {
        let weighted = vec![(1, Request::work(String::new()))];
        Self { weighted, total: 1, health: true, contract: true }
    }

    /// These requests, each as often as its weight says. Those with a name get a new one each time
    /// they are sent. `health`: whether the service answers `GET /health` as the contract says;
    /// else it is never asked.
    ///
    /// # Panics
    ///
    /// If no request has a weight.
    #[must_use]
    pub fn of(weighted: Vec<(u32, Request)>, health: bool) -> Self {
        let total = weighted.iter().map(|(weight, _)| u64::from(*weight)).sum();
        assert!(total > 0, "there is nothing to ask for");
        Self { weighted, total, health, contract: false }
    }

    /// Whether `GET /health` is there.
    #[must_use]
    pub fn has_health(&self) -> bool {
        self.health
    }

    /// Whether it is the contract's own service.
    pub(super) fn is_contract(&self) -> bool {
        self.contract
    }

    /// The next request.
    pub(super) fn draw(&self, stream: &mut Stream) -> Request {
        let mut request = self.choose(stream).clone();
        if let Some(name) = &mut request.name {
            let (new, mut rest) = new_name(stream);
            *name = new;
            if self.contract && rest.chance(1, 8) {
                let parts = u32::try_from(rest.between(1, 4)).unwrap_or(1);
                let every_us = rest.magnitude(100, LONGEST_PAUSE_US);
                request.path = Streamed { parts, every_us }.path(&request.path);
            }
        }
        request
    }

    fn choose(&self, stream: &mut Stream) -> &Request {
        if let [(_, only)] = self.weighted.as_slice() {
            return only;
        }
        let mut left = stream.between(1, self.total);
        for (weight, request) in &self.weighted {
            let weight = u64::from(*weight);
            if left <= weight {
                return request;
            }
            left -= weight;
        }
        unreachable!("the draw is at most the sum of the weights")
    }
}

impl Default for Requests {
    fn default() -> Self {
        Self::contract()
    }
}

/// `job-` and 24 hexadecimal digits, as the harness's names; and a stream for whatever else is
/// drawn of a request that has this name.
fn new_name(stream: &mut Stream) -> (String, Stream) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let drawn = (u128::from(stream.draw()) << 64) | u128::from(stream.draw());
    let mut name = String::with_capacity(28);
    name.push_str("job-");
    name.extend((0..24).map(|place| char::from(DIGITS[(drawn >> (4 * place)) as usize & 15])));
    (name, Stream::of((drawn >> 96) as u64))
}
