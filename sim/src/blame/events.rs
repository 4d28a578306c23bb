use std::collections::BTreeMap;

use fastrand::Rng;
use lastorders_model::plan::{InWords, Step, for_steps};

use crate::case::{Case, LinkChange, moments_mut};
use crate::generate::derive_promise;

/// An event of a case that has a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timed {
    /// Microseconds since the server was ready.
    pub(super) us: u64,
    /// The script or interval of this event. Times of one line never decrease.
    pub(super) line: usize,
    /// The event in words.
    pub(super) what: String,
}

/// All events of a case, in the order of [`times`].
pub(super) fn timed(case: &Case) -> Vec<Timed> {
    let mut all = Vec::new();
    for (line, actor) in case.plan.actors.iter().enumerate() {
        for_steps!(&actor.role, steps => of_steps(&actor.name, steps, line, &mut all));
    }
    let lines = case.plan.actors.len();
    for (n, event) in case.conditions.network.events.iter().enumerate() {
        let change = match event.change {
            LinkChange::Hold => "is held",
            LinkChange::Cut => "is cut",
            LinkChange::Heal => "is healed",
        };
        let what = format!("the link of {} {change}", event.actor);
        all.push(Timed { us: event.at_us, line: lines + n, what });
    }
    let lines = lines + case.conditions.network.events.len();
    for (n, stall) in case.conditions.store.stalls.iter().enumerate() {
        for (us, what) in [(stall.from_us, "stands still"), (stall.until_us, "goes on")] {
            all.push(Timed { us, line: lines + n, what: format!("the store {what}") });
        }
    }
    let lines = lines + case.conditions.store.stalls.len();
    for (n, outage) in case.conditions.store.outages.iter().enumerate() {
        for (us, what) in [(outage.from_us, "breaks"), (outage.until_us, "recovers")] {
            all.push(Timed { us, line: lines + n, what: format!("the store {what}") });
        }
    }
    all
}

fn of_steps<S: InWords>(actor: &str, steps: &[Step<S>], line: usize, all: &mut Vec<Timed>) {
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::At { us } => {
                let next = steps.get(at + 1).map_or("is done".to_owned(), InWords::in_words);
                all.push(Timed { us: *us, line, what: format!("{actor} {next}") });
            }
            Step::Repeat { steps, .. } => of_steps(actor, steps, line, all),
            Step::Mark { .. } | Step::Await { .. } | Step::Own(_) => {}
        }
    }
}

/// All times of a case, mutable.
pub(super) fn times(case: &mut Case) -> Vec<&mut u64> {
    let mut all = case.plan.moments_mut();
    all.extend(case.conditions.network.events.iter_mut().map(|event| &mut event.at_us));
    let store = &mut case.conditions.store;
    all.extend(moments_mut(&mut store.stalls, &mut store.outages));
    all
}

/// The case with the first `kept` events unchanged and the times of all later events drawn again.
/// `order` lists the events by time.
///
/// A new time lies between the last kept time and twice the last time of all. Half of the new times
/// are at most a round trip from another event, like in the generator, because uniform times rarely
/// race.
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
    // In the order of the scripts, so that each event keeps its place in its script.
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
