use std::sync::Arc;

use super::random::Random;
use crate::case::Conditions;

/// Lets the server of this thread take a case's rare paths until this guard is dropped. In a build
/// without `--cfg lastorders_sim` the guard does nothing, because the server has no rare paths.
pub(super) struct Buggified {
    #[cfg(lastorders_sim)]
    _guard: lastorders::buggify::Guard,
}

impl Buggified {
    #[cfg(lastorders_sim)]
    pub(super) fn new(conditions: &Conditions, random: &Arc<Random>) -> Self {
        let sites = conditions.buggify.iter().map(|site| site.in_server());
        let random = Arc::clone(random);
        let decide = move |_| random.takes_rare_path();
        Self { _guard: lastorders::buggify::on_this_thread(sites, decide) }
    }

    #[cfg(not(lastorders_sim))]
    pub(super) fn new(_: &Conditions, _: &Arc<Random>) -> Self {
        Self {}
    }
}
