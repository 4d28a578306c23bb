use lastorders_model::history::{EventKind, History};
use lastorders_model::plan::{
    Actor, ClientStep, Closing, Exchange, Gate, LetGo, Names, OperatorStep, Part, Plan, PooledStep,
    Request, Role, Script, Step, StoreStep, Until, for_steps,
};

use super::held::Held;
use super::moments::{LEAST_GAP_US, MOST_GAP_US, Moments};

/// The actor that closes the gate.
pub(super) const NAME: &str = "export-gate";

/// Mark: the server has answered one request.
const WARM: &str = "export-warm";
/// Mark: from now on work waits at the gate.
const CLOSED: &str = "export-gate-closed";
/// Mark: clients may take the sessions of the pool.
const FILL: &str = "export-fill";
/// Mark: a request that must be in flight was sent.
const SENT: &str = "export-sent";
/// Mark: all these requests are proved to be in flight.
const HELD: &str = "export-held";
/// Mark: a fault of the store that precedes the signal has happened.
const BROKEN: &str = "export-broken";
/// Mark: a signal was sent.
const SIGNALLED: &str = "export-signalled";
/// Mark: the shutdown is visible.
const DRAINING: &str = "export-draining";

/// Adds a client that uses the server once, because a server may create its table at the first
/// request.
pub(super) fn warm_up(plan: &mut Plan) {
    let mut names = Names::new(plan.seed, "export");
    let request = Request::work(names.name());
    let steps = vec![
        Step::Own(ClientStep::Connect),
        Step::Own(ClientStep::send(request)),
        Step::Own(ClientStep::Receive),
        Step::Own(ClientStep::Close { how: Closing::Fin }),
        mark(WARM),
    ];
    for actor in &mut plan.actors {
        for_steps!(&mut actor.role, steps => steps.insert(0, wait(WARM, 1)));
    }
    plan.actors.push(Actor { name: "export-warm-up".to_owned(), role: Role::Client { steps } });
}

/// Keeps the requests that were in flight at the run's signal in flight at the real signal. Times
/// come from the case. `fill` is the number of the pool's sessions that other requests take first,
/// so that a held request waits for a session.
pub(super) fn hold(plan: &mut Plan, held: &Held, moments: &Moments, fill: u32) {
    let mut announced = 0;
    for actor in &mut plan.actors {
        let numbers: Vec<usize> = held
            .requests
            .iter()
            .filter(|(name, _)| *name == actor.name)
            .map(|(_, number)| *number)
            .collect();
        if let Some(script) = actor.role.client_script_mut() {
            announced += announce(script, &numbers);
        }
    }
    let mut steps = Vec::new();
    if held.others_before {
        // A request that was answered before the held ones must not be held too.
        let at = moments.real(held.from_us).saturating_sub(LEAST_GAP_US / 2);
        steps.push(Step::At { us: at });
    }
    let n = held.requests.len();
    steps.push(Step::Own(StoreStep::Hold { gate: Gate::Row }));
    if fill > 0 {
        steps.extend([mark(FILL), Step::Own(StoreStep::AwaitHeld { n: fill })]);
        plan.actors.push(filler(plan.seed, fill));
    }
    steps.push(mark(CLOSED));
    if announced > 0 {
        steps.push(wait(SENT, announced));
    }
    steps.extend([
        Step::Own(StoreStep::AwaitHeld { n: u32::try_from(n).unwrap_or(u32::MAX) }),
        mark(HELD),
        wait(DRAINING, 1),
        wait(SIGNALLED, held.signals),
    ]);
    if held.signals > 1 {
        // No client can observe that the server has received the last signal, so this waits for a
        // time.
        steps.push(Step::At { us: moments.real(held.until_us) + MOST_GAP_US });
    }
    steps.push(Step::Own(StoreStep::LetGo { what: LetGo::All }));
    plan.actors.push(Actor { name: NAME.to_owned(), role: Role::Store { steps } });
    signals(plan);
}

/// Makes the signal wait for earlier faults of the store, because a real machine reorders
/// simultaneous events.
pub(super) fn faults_first(plan: &mut Plan, history: &History) {
    let signals = |what: &EventKind| matches!(what, EventKind::Signalled { .. });
    let before = history.events.iter().take_while(|event| !signals(&event.what));
    let faults = before.filter(|event| matches!(event.what, EventKind::Broken { .. })).count();
    let mut left = faults;
    for actor in &mut plan.actors {
        match &mut actor.role {
            Role::Operator { steps } if faults > 0 => {
                let signal = steps.iter().position(is_signal);
                signal.inspect(|at| steps.insert(*at, wait(BROKEN, faults as u64)));
            }
            Role::Store { steps } => {
                *steps = insert_after(steps, |step| {
                    let breaks = matches!(step, Step::Own(StoreStep::Fault { .. })) && left > 0;
                    left -= usize::from(breaks);
                    breaks.then(|| mark(BROKEN))
                });
            }
            Role::Client { .. }
            | Role::Http2Client { .. }
            | Role::PooledClient { .. }
            | Role::Operator { .. } => {}
        }
    }
}

/// Inserts a further step behind each step for which `more` returns one.
fn insert_after<S: Clone>(
    steps: &[Step<S>],
    mut more: impl FnMut(&Step<S>) -> Option<Step<S>>,
) -> Script<S> {
    steps.iter().flat_map(|step| [Some(step.clone()), more(step)]).flatten().collect()
}

/// Makes clients with held requests reuse their connections, like clients that know nothing of the
/// shutdown. Each asks for `/health` after its first answer.
pub(super) fn go_on(plan: &mut Plan, held: &Held) {
    let holds = |actor: &Actor| held.requests.iter().any(|(name, _)| *name == actor.name);
    for actor in plan.actors.iter_mut().filter(|actor| holds(actor)) {
        let Some(steps) = actor.role.client_script_mut() else { continue };
        let sent = steps.iter().position(|it| matches!(it, Step::Mark { label } if label == SENT));
        let answered = sent.and_then(|sent| {
            let receives = |step: &Step<_>| {
                matches!(step, Step::Own(ClientStep::Receive | ClientStep::ReadSlowly { .. }))
            };
            Some(sent + steps.iter().skip(sent).position(receives)? + 1)
        });
        if let Some(answered) = answered {
            let more = [ClientStep::send(Request::health()), ClientStep::Receive];
            steps.splice(answered..answered, more.map(Step::Own));
        }
    }
}

/// An actor whose workers take one session of the pool each. The request stands in a `Repeat`,
/// because then each request has its own name.
fn filler(seed: u64, workers: u32) -> Actor {
    let request = Request::work(Names::new(seed, "export-pool").name());
    let round = [PooledStep::Send { request }, PooledStep::Receive].map(Step::Own).to_vec();
    let steps = vec![wait(FILL, 1), Step::Repeat { until: Until::Times(1), steps: round }];
    Actor { name: "export-pool".to_owned(), role: Role::PooledClient { workers, steps } }
}

/// Makes a client with held requests wait for the gate before each of them, and set a mark after
/// each. Returns the number of marks.
fn announce(steps: &mut Script<ClientStep>, numbers: &[usize]) -> u64 {
    let (mut number, mut announced) = (0, 0);
    let mut all = Vec::with_capacity(steps.len() + 2 * numbers.len());
    for step in steps.drain(..) {
        let part = match &step {
            Step::Own(ClientStep::Send { part, .. }) => Some(*part),
            Step::Mark { .. }
            | Step::Await { .. }
            | Step::At { .. }
            | Step::Repeat { .. }
            | Step::Own(_) => None,
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

/// Makes the first signal wait until all requests are in flight, and all other actors wait for the
/// first signal.
fn signals(plan: &mut Plan) {
    let at = |steps: &Script<OperatorStep>| {
        let signal = steps.iter().position(is_signal)?;
        let times = steps[..signal].iter().map(|step| match step {
            Step::At { us } => *us,
            Step::Mark { .. } | Step::Await { .. } | Step::Repeat { .. } | Step::Own(_) => 0,
        });
        Some(times.max().unwrap_or(0))
    };
    let operators = plan.actors.iter().enumerate();
    let first = operators
        .filter_map(|(place, actor)| Some((at(actor.role.operator_script()?)?, place)))
        .min();
    let Some((signalled_us, first)) = first else { return };
    for (place, actor) in plan.actors.iter_mut().enumerate() {
        match &mut actor.role {
            Role::Client { steps } | Role::Http2Client { steps } => {
                *steps = after_signal(steps, signalled_us);
            }
            Role::PooledClient { steps, .. } => *steps = after_signal(steps, signalled_us),
            Role::Operator { steps } if place == first => *steps = first_signal(steps),
            Role::Operator { steps } => {
                *steps = later_signals(&after_signal(steps, signalled_us));
            }
            // The script of the row gate has its own waits.
            Role::Store { .. } => {}
        }
    }
}

/// The script with a wait for the first signal before each later time.
fn after_signal<S: Clone>(steps: &[Step<S>], signalled_us: u64) -> Script<S> {
    let mut all = Vec::with_capacity(steps.len() + 1);
    for step in steps {
        match step {
            Step::At { us } if *us > signalled_us => all.extend([wait(SIGNALLED, 1), step.clone()]),
            Step::At { .. }
            | Step::Mark { .. }
            | Step::Await { .. }
            | Step::Repeat { .. }
            | Step::Own(_) => all.push(step.clone()),
        }
    }
    all
}

/// The script with the first signal. The signal waits until all held requests are in flight, and a
/// mark follows the first sign of shutdown.
fn first_signal(steps: &[Step<OperatorStep>]) -> Script<OperatorStep> {
    let draining = Step::Own(OperatorStep::AwaitDraining);
    let mut all = Vec::with_capacity(steps.len() + 4);
    let mut seen = false;
    for step in steps {
        let signal = is_signal(step);
        if signal && !seen {
            all.push(wait(HELD, 1));
        }
        // After the first signal the script waits for the drain already.
        if *step != draining || !seen {
            all.push(step.clone());
        }
        if signal {
            all.push(mark(SIGNALLED));
        }
        if signal && !seen {
            all.extend([draining.clone(), mark(DRAINING)]);
        }
        seen |= signal;
    }
    all
}

/// A script with later signals, which wait for the first signal.
fn later_signals(steps: &[Step<OperatorStep>]) -> Script<OperatorStep> {
    let mut all = Vec::with_capacity(steps.len() + 2);
    let mut seen = false;
    for step in steps {
        let signal = is_signal(step);
        if signal && !seen {
            all.push(wait(SIGNALLED, 1));
        }
        all.push(step.clone());
        if signal {
            all.push(mark(SIGNALLED));
        }
        seen |= signal;
    }
    all
}

fn is_signal(step: &Step<OperatorStep>) -> bool {
    matches!(step, Step::Own(OperatorStep::Signal { .. }))
}

fn mark<S>(label: &str) -> Step<S> {
    Step::Mark { label: label.to_owned() }
}

fn wait<S>(label: &str, times: u64) -> Step<S> {
    Step::Await { label: label.to_owned(), times }
}
