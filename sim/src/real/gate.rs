use lastorders_model::history::{EventKind, History};
use lastorders_model::plan::{
    Actor, Closing, Gate, LetGo, Names, Part, Plan, Request, Role, Step, Until,
};

use super::held::Held;
use super::moments::{LEAST_GAP_US, MOST_GAP_US, Moments};

/// The actor that closes the gate.
pub(super) const NAME: &str = "export-gate";

/// The server has been used.
const WARM: &str = "export-warm";
/// From here on work waits at the gate.
const CLOSED: &str = "export-gate-closed";
/// Whoever takes the sessions of the pool may begin.
const FILL: &str = "export-fill";
/// A request that shall be in flight has been sent.
const SENT: &str = "export-sent";
/// All of them are proved to be in flight.
const HELD: &str = "export-held";
/// The store is broken as it was before the signal.
const BROKEN: &str = "export-broken";
/// A signal has been sent.
const SIGNALLED: &str = "export-signalled";
/// The shutdown can be seen.
const DRAINING: &str = "export-draining";

/// Has a client use the server once, as whoever judges a real one does: it may make its table then.
pub(super) fn warm_up(plan: &mut Plan) {
    let mut names = Names::new(plan.seed, "export");
    let request = Request::work(names.name());
    let steps = vec![
        Step::Connect,
        Step::Send { request, part: Part::Whole },
        Step::Receive,
        Step::Close { how: Closing::Fin },
        mark(WARM),
    ];
    for actor in &mut plan.actors {
        actor.steps.insert(0, wait(WARM, 1));
    }
    plan.actors.push(Actor { name: "export-warm-up".to_owned(), role: Role::Client, steps });
}

/// Puts in flight at the signal what was in flight in the run. Times are those of the case. If
/// there are sessions to fill, other requests take so many first: what is in flight waits for one.
pub(super) fn hold(plan: &mut Plan, held: &Held, moments: &Moments, fill: u32) {
    let mut announced = 0;
    for actor in &mut plan.actors {
        let numbers: Vec<usize> = held
            .requests
            .iter()
            .filter(|(name, _)| *name == actor.name)
            .map(|(_, number)| *number)
            .collect();
        if !numbers.is_empty() {
            announced += announce(&mut actor.steps, &numbers);
        }
    }
    let mut steps = Vec::new();
    if held.others_before {
        // What was answered before the others were sent must not be held with them.
        let at = moments.real(held.from_us).saturating_sub(LEAST_GAP_US / 2);
        steps.push(Step::At { us: at });
    }
    let n = held.requests.len();
    steps.push(Step::Hold { gate: Gate::Row });
    if fill > 0 {
        steps.extend([mark(FILL), Step::AwaitHeld { n: fill }]);
        plan.actors.push(filler(plan.seed, fill));
    }
    steps.push(mark(CLOSED));
    if announced > 0 {
        steps.push(wait(SENT, announced));
    }
    steps.extend([
        Step::AwaitHeld { n: u32::try_from(n).unwrap_or(u32::MAX) },
        mark(HELD),
        wait(DRAINING, 1),
        wait(SIGNALLED, held.signals),
    ]);
    if held.signals > 1 {
        // The server must have taken notice of the last signal, which nobody can see.
        steps.push(Step::At { us: moments.real(held.until_us) + MOST_GAP_US });
    }
    steps.push(Step::LetGo { what: LetGo::All });
    plan.actors.push(Actor { name: NAME.to_owned(), role: Role::Store, steps });
    signals(plan);
}

/// Has the signal wait for the faults of the store that came before it: at the same moment their
/// order is the machine's.
pub(super) fn faults_first(plan: &mut Plan, history: &History) {
    let is_signal = |what: &EventKind| matches!(what, EventKind::Signalled { .. });
    let before = history.events.iter().take_while(|event| !is_signal(&event.what));
    let faults = before.filter(|event| matches!(event.what, EventKind::Broken { .. })).count();
    let mut left = faults;
    for actor in &mut plan.actors {
        let mut steps = Vec::with_capacity(actor.steps.len() + 2);
        let mut waits = false;
        for step in actor.steps.drain(..) {
            let breaks = matches!(step, Step::Fault { .. }) && left > 0;
            if matches!(step, Step::Signal { .. }) && faults > 0 && !waits {
                steps.push(wait(BROKEN, faults as u64));
                waits = true;
            }
            steps.push(step);
            if breaks {
                steps.push(mark(BROKEN));
                left -= 1;
            }
        }
        actor.steps = steps;
    }
}

/// Has the clients whose requests are held go on using their connections, as one does that is not
/// told to stop: each asks for `/health` after its first answer.
pub(super) fn go_on(plan: &mut Plan, held: &Held) {
    let holds = |actor: &Actor| held.requests.iter().any(|(name, _)| *name == actor.name);
    for actor in plan.actors.iter_mut().filter(|actor| holds(actor)) {
        let steps = &mut actor.steps;
        let sent = steps.iter().position(|it| matches!(it, Step::Mark { label } if label == SENT));
        let answered = sent.and_then(|sent| {
            let after = steps.iter().skip(sent);
            let place = after
                .into_iter()
                .position(|step| matches!(step, Step::Receive | Step::ReadSlowly { .. }))?;
            Some(sent + place + 1)
        });
        if let Some(answered) = answered {
            let request = Request::health();
            let more = [Step::Send { request, part: Part::Whole }, Step::Receive];
            steps.splice(answered..answered, more);
        }
    }
}

/// Takes sessions of the pool, one a worker. In a round of a repeat each has a name of its own.
fn filler(seed: u64, workers: u32) -> Actor {
    let request = Request::work(Names::new(seed, "export-pool").name());
    let round = vec![Step::Send { request, part: Part::Whole }, Step::Receive];
    let steps = vec![wait(FILL, 1), Step::Repeat { until: Until::Times(1), steps: round }];
    Actor { name: "export-pool".to_owned(), role: Role::PooledClient { workers }, steps }
}

/// Whoever sends what shall be in flight waits for the gate, and says that it has sent it. How
/// often: what is repeated is held as it comes.
fn announce(steps: &mut Vec<Step>, numbers: &[usize]) -> u64 {
    let (mut number, mut announced) = (0, 0);
    let mut all = Vec::with_capacity(steps.len() + 2 * numbers.len());
    for step in steps.drain(..) {
        let part = match &step {
            Step::Send { part, .. } => Some(*part),
            _ => None,
        };
        let begins = matches!(part, Some(Part::Whole | Part::UpTo(_)));
        number += usize::from(begins);
        let ours = part.is_some() && numbers.contains(&number);
        if ours && begins {
            all.push(wait(CLOSED, 1));
        }
        all.push(step);
        if ours && part.is_some_and(Part::is_last) {
            all.push(mark(SENT));
            announced += 1;
        }
    }
    *steps = all;
    announced
}

/// The first signal waits until all is in flight, and everybody else for the first signal.
fn signals(plan: &mut Plan) {
    let is_signal = |step: &Step| matches!(step, Step::Signal { .. });
    let at = |steps: &[Step]| {
        let signal = steps.iter().position(is_signal)?;
        let times = steps[..signal].iter().map(|step| match step {
            Step::At { us } => *us,
            _ => 0,
        });
        Some(times.max().unwrap_or(0))
    };
    let times = plan.actors.iter().enumerate();
    let first = times.filter_map(|(place, actor)| Some((at(&actor.steps)?, place))).min();
    let Some((signalled_us, first)) = first else { return };
    for (place, actor) in plan.actors.iter_mut().enumerate() {
        let mut all = Vec::with_capacity(actor.steps.len() + 4);
        let mut seen = false;
        for step in actor.steps.drain(..) {
            let begins = is_signal(&step) && !seen;
            match &step {
                // The row gate's own script has its waits.
                Step::At { us }
                    if actor.role != Role::Store && place != first && *us > signalled_us =>
                {
                    all.push(wait(SIGNALLED, 1));
                }
                Step::At { .. } if actor.role != Role::Store && place != first => {}
                Step::Signal { .. } if begins => {
                    all.push(wait(if place == first { HELD } else { SIGNALLED }, 1));
                }
                _ => {}
            }
            let signal = is_signal(&step);
            let draining = matches!(step, Step::AwaitDraining);
            all.push(step);
            if signal {
                all.push(mark(SIGNALLED));
            }
            if begins && place == first {
                all.extend([Step::AwaitDraining, mark(DRAINING)]);
            } else if draining && place == first && seen {
                // It has been waited for already.
                all.pop();
            }
            seen |= signal;
        }
        actor.steps = all;
    }
}

fn mark(label: &str) -> Step {
    Step::Mark { label: label.to_owned() }
}

fn wait(label: &str, times: u64) -> Step {
    Step::Await { label: label.to_owned(), times }
}
