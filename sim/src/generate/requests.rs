use lastorders_model::plan::Request;

use super::stream::Stream;
use crate::case::Streamed;

/// The longest pause between two parts of a streamed answer.
const LONGEST_PAUSE_US: u64 = 30_000;

/// What clients ask for, apart from `/health`.
///
/// The default is the contract's `POST /work`. A team that tests its own service gives its own
/// requests. Plans with other requests than `POST /work` do not name the ledger and the checks like
/// it, which judge nothing else.
#[derive(Debug, Clone)]
pub struct Requests {
    /// Each request with its weight. The sum of the weights is not zero.
    weighted: Vec<(u32, Request)>,
    total: u64,
    health: bool,
    /// Whether the service is the contract's own, which streams an answer on request.
    contract: bool,
}

impl Requests {
    /// `POST /work`, with a new name in each request. One request in eight asks for a streamed
    /// answer.
    #[must_use]
    pub fn contract() -> Self {
        let weighted = vec![(1, Request::work(String::new()))];
        Self { weighted, total: 1, health: true, contract: true }
    }

    /// These requests, each as often as its weight says. A request with a name gets a new name each
    /// time that a client sends it. `health`: whether the service answers `GET /health` as the
    /// contract says; otherwise no client asks for `/health`.
    ///
    /// # Panics
    ///
    /// If all weights are zero.
    #[must_use]
    pub fn of(weighted: Vec<(u32, Request)>, health: bool) -> Self {
        let total = weighted.iter().map(|(weight, _)| u64::from(*weight)).sum();
        assert!(total > 0, "no request has a weight above zero");
        Self { weighted, total, health, contract: false }
    }

    /// Whether the service answers `GET /health`.
    #[must_use]
    pub fn has_health(&self) -> bool {
        self.health
    }

    /// Whether the service is the contract's own.
    pub(super) fn is_contract(&self) -> bool {
        self.contract
    }

    /// Draws a request by weight, and gives it a new name.
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

/// `job-` and 24 hexadecimal digits, like the names of the harness, and a stream for further draws
/// about the request with this name.
fn new_name(stream: &mut Stream) -> (String, Stream) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let drawn = (u128::from(stream.draw()) << 64) | u128::from(stream.draw());
    let mut name = String::with_capacity(28);
    name.push_str("job-");
    name.extend((0..24).map(|place| char::from(DIGITS[(drawn >> (4 * place)) as usize & 15])));
    (name, Stream::of((drawn >> 96) as u64))
}
