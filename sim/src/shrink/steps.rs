use lastorders_model::plan::{
    Actor, ClientStep, OperatorStep, Part, Request, Role, Script, Step, Until, for_steps,
};

use crate::case::Case;

/// A change that makes a case smaller.
pub(super) type Change = Box<dyn Fn(&mut Case)>;

/// Calls `change` with each reduction of the script of the actor at index `at`.
pub(super) fn smaller(actor: &Actor, at: usize, change: &mut impl FnMut(Change)) {
    let count = for_steps!(&actor.role, steps => steps.len());
    // Tries halves first, then smaller parts down to single steps. Starts at the end, because later
    // steps depend on earlier ones.
    let mut length = count / 2;
    while length > 0 {
        let stride = if length > 4 { length } else { 1 };
        for from in (0..count).step_by(stride).rev() {
            change(Box::new(move |case| cut(&mut case.plan.actors[at].role, from, length)));
        }
        length = if length > 4 { length / 2 } else { length - 1 };
    }
    for place in 0..count {
        let script = actor.role.client_script();
        if let Some(Step::Own(ClientStep::Send { request, part })) = script.map(|it| &it[place]) {
            let of = request.clone();
            change(Box::new(move |case| without(case, at, place, &of)));
            if matches!(part, Part::UpTo(_)) {
                let of = request.clone();
                change(Box::new(move |case| join(case, at, place, &of)));
            }
        }
        if let Some(rounds) = for_steps!(&actor.role, steps => repeated(&steps[place])) {
            change(Box::new(move |case| {
                for_steps!(&mut case.plan.actors[at].role, steps => unroll(steps, place));
            }));
            for inside in (0..rounds).rev() {
                change(Box::new(move |case| {
                    let role = &mut case.plan.actors[at].role;
                    for_steps!(role, steps => cut_inside(steps, place, inside));
                }));
            }
        }
    }
}

/// The number of steps in a repeated block; `None` for other steps.
fn repeated<S>(step: &Step<S>) -> Option<usize> {
    match step {
        Step::Repeat { steps, .. } => Some(steps.len()),
        Step::Mark { .. } | Step::Await { .. } | Step::At { .. } | Step::Own(_) => None,
    }
}

/// Removes steps, unless they include the wait for the exit, which every failure needs.
fn cut(role: &mut Role, from: usize, length: usize) {
    let to = (from + length).min(for_steps!(&*role, steps => steps.len()));
    let exits = |script: &Script<OperatorStep>| {
        script[from..to].contains(&Step::Own(OperatorStep::AwaitExit))
    };
    if from < to && !role.operator_script().is_some_and(exits) {
        for_steps!(role, steps => drop(steps.drain(from..to)));
    }
}

/// Removes a request and the wait for its answer.
fn without(case: &mut Case, at: usize, place: usize, request: &Request) {
    let Some(steps) = case.plan.actors[at].role.client_script_mut() else { return };
    let answer = steps.iter().skip(place).position(receives).map(|after| place + after);
    if let Some(answer) = answer {
        steps.remove(answer);
    }
    steps.retain(|step| match step {
        Step::Own(step) => step.request() != Some(request),
        Step::Mark { .. } | Step::Await { .. } | Step::At { .. } | Step::Repeat { .. } => true,
    });
}

/// Sends a request in one part instead of two.
fn join(case: &mut Case, at: usize, place: usize, request: &Request) {
    let Some(steps) = case.plan.actors[at].role.client_script_mut() else { return };
    let rest = steps.iter().position(|step| {
        matches!(step, Step::Own(ClientStep::Send { request: other, part: Part::From(_) })
            if other == request)
    });
    if let (Some(rest), Some(Step::Own(ClientStep::Send { part, .. }))) =
        (rest, steps.get_mut(place))
    {
        *part = Part::Whole;
        steps.remove(rest);
    }
}

/// Replaces a repeated block by one round of it.
fn unroll<S>(steps: &mut Script<S>, place: usize) {
    if matches!(steps.get(place), Some(Step::Repeat { .. }))
        && let Step::Repeat { steps: inner, .. } = steps.remove(place)
    {
        steps.splice(place..place, inner);
    }
}

fn cut_inside<S>(steps: &mut Script<S>, place: usize, inside: usize) {
    if let Some(Step::Repeat { steps, until }) = steps.get_mut(place)
        && inside < steps.len()
    {
        steps.remove(inside);
        if let Until::Times(times) = until {
            *times = (*times).max(1);
        }
    }
}

fn receives(step: &Step<ClientStep>) -> bool {
    matches!(step, Step::Own(ClientStep::Receive | ClientStep::ReadSlowly { .. }))
}
