use lastorders_model::plan::{Actor, Step};

use crate::case::{Case, Link};
use crate::generate::case_bounds::CaseBounds;
use crate::generate::times::tick;
use crate::generate::{Family, generate};

/// A client's time counts if it is a moment, or a microsecond, half a round trip or a round trip
/// later, for the client or for the server. The test computes the moments from the case.
#[test]
fn half_of_all_client_times_are_at_moments_of_other_events() {
    let (mut at_moments, mut all) = (0, 0);
    for seed in 0..2_000 {
        let case = generate(seed, Family::Mixed);
        let moments = moments(&case);
        for actor in &case.plan.actors {
            let network = &case.conditions.network;
            let link = network.links.get(&actor.name).copied().unwrap_or(network.link);
            for us in waits(actor) {
                all += 1;
                at_moments += u32::from(is_at_one(us, link, &moments));
            }
        }
    }
    let share = f64::from(at_moments) / f64::from(all);
    println!("{at_moments} of {all} times are at moments, {:.0} %", 100.0 * share);
    // The share is below one half: a tenth of the moments belong to a request that the case lacks,
    // and the times of slow readers are not drawn around moments.
    assert!((0.40..0.60).contains(&share), "{share}");
}

/// A handshake that ends in the instant of the seal is the hardest case. A microsecond earlier, the
/// server would still empty the queue.
#[test]
fn many_handshakes_of_the_queue_family_end_in_the_instant_of_the_seal() {
    let share = |family| {
        let met = (0..1_000).filter(|seed| {
            let case = generate(*seed, family);
            let network = &case.conditions.network;
            let [signal, sealing, ..] = moments(&case)[..] else {
                unreachable!("every case has more moments")
            };
            case.plan.actors.iter().any(|actor| {
                let link = network.links.get(&actor.name).copied().unwrap_or(network.link);
                let shaken = 2 * link.to_server_us + link.to_client_us;
                let start = waits(actor).next();
                start.is_some_and(|us| us > 0 && [signal, sealing].contains(&(us + shaken)))
            })
        });
        met.count()
    };
    let (queue, mixed) = (share(Family::Queue), share(Family::Mixed));
    println!("{queue} of 1,000 queue cases, {mixed} of 1,000 mixed ones");
    assert!(queue > 30 && queue > 5 * mixed, "{queue}, {mixed}");
}

fn moments(case: &Case) -> Vec<u64> {
    let policy = &case.conditions.policy;
    let store = &case.conditions.store;
    let signal = CaseBounds::of(case).signal_us.unwrap();
    let sealing = match policy.lame_duck_us {
        0 => signal,
        us => tick(signal + us),
    };
    let sealed = tick(sealing + policy.handshake_grace_us);
    let mut moments = vec![signal, sealing, sealed, tick(signal + policy.deadline_us)];
    moments.extend([policy.idle_grace_us, policy.first_byte_grace_us].map(|us| tick(sealed + us)));
    for before in [store.work_us, store.work_us + store.acknowledge_us] {
        let arrival = signal.saturating_sub(before);
        let row = tick(arrival + store.work_us);
        moments.extend([arrival, row, tick(row + store.acknowledge_us)]);
    }
    moments.extend(store.stalls.iter().map(|stall| tick(stall.until_us)));
    moments
}

fn is_at_one(us: u64, link: Link, moments: &[u64]) -> bool {
    let round_trip = link.to_server_us + link.to_client_us;
    let offsets = [0, 1, round_trip / 2, round_trip];
    let drawn = |moment: &u64| {
        offsets.iter().any(|offset| {
            let at = moment + offset;
            us == at || us == at.saturating_sub(link.to_server_us)
        })
    };
    moments.iter().any(drawn)
}

fn waits(actor: &Actor) -> impl Iterator<Item = u64> {
    let steps = actor.role.client_script().into_iter().flatten();
    steps.filter_map(|step| match step {
        Step::At { us } => Some(*us),
        Step::Mark { .. } | Step::Await { .. } | Step::Repeat { .. } | Step::Own(_) => None,
    })
}
