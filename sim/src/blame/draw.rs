use std::collections::BTreeMap;

use fastrand::Rng;

use super::timed::{Timed, times};
use crate::case::Case;
use crate::generate::derive_promise;

/// The case with the first `kept` events (by `order`, which has their places by time) as they are,
/// and the times of all later ones drawn anew.
///
/// They are drawn between the last that is kept and twice the time of the last of all. Half of them
/// fall together with another event, a round trip or less apart, as in the generator: times that
/// are merely uniform hardly ever race.
pub(super) fn draw(
    case: &Case,
    events: &[Timed],
    order: &[usize],
    kept: usize,
    rng: &mut Rng,
) -> Case {
    let mut case = case.clone();
    let from = kept.checked_sub(1).map_or(0, |last| events[order[last]].us);
    let horizon = order.last().map_or(0, |last| events[*last].us).saturating_mul(2).max(from + 1);
    let link = case.conditions.network.link;
    let trip = link.to_server_us + link.to_client_us;
    let mut anew: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    for at in &order[kept..] {
        let uniform = rng.u64(from..=horizon);
        let other = events[rng.usize(..events.len())].us + [0, 1, trip / 2, trip][rng.usize(..4)];
        let drawn = if rng.bool() { uniform } else { other.max(from) };
        anew.entry(events[*at].line).or_default().push(drawn);
    }
    anew.values_mut().for_each(|times| times.sort_unstable_by(|a, b| b.cmp(a)));
    let mut places: Vec<usize> = order[kept..].to_vec();
    // In the order of their scripts, so that each keeps its place in its line.
    places.sort_unstable();
    let mut all = times(&mut case);
    for place in places {
        if let Some(time) = anew.get_mut(&events[place].line).and_then(Vec::pop) {
            *all[place] = time;
        }
    }
    case.tail_seed = rng.u64(..);
    if case.conditions.promise.is_some() {
        derive_promise(&mut case);
    }
    case
}
