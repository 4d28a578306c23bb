use lastorders_model::plan::{Actor, Part, Request, Step, Until};

use super::smaller::Change;
use crate::case::Case;

/// What can be left out of the script of the actor at this place.
pub(super) fn smaller(actor: &Actor, at: usize, change: &mut impl FnMut(Change)) {
    let steps = &actor.steps;
    // Halves, then less, down to single steps; from the back, where what depends on others stands.
    let mut length = steps.len() / 2;
    while length > 0 {
        let stride = if length > 4 { length } else { 1 };
        for from in (0..steps.len()).step_by(stride).rev() {
            change(Box::new(move |case| cut(&mut case.plan.actors[at].steps, from, length)));
        }
        length = if length > 4 { length / 2 } else { length - 1 };
    }
    for (place, step) in steps.iter().enumerate() {
        match step {
            Step::Send { request, part } => {
                let of = request.clone();
                change(Box::new(move |case| without(case, at, place, &of)));
                if matches!(part, Part::UpTo(_)) {
                    let of = request.clone();
                    change(Box::new(move |case| join(case, at, place, &of)));
                }
            }
            Step::Repeat { steps: inner, .. } => {
                change(Box::new(move |case| unroll(case, at, place)));
                for inside in (0..inner.len()).rev() {
                    change(Box::new(move |case| cut_inside(case, at, place, inside)));
                }
            }
            _ => {}
        }
    }
}

/// Leaves steps out, unless the shutdown would go with them: it is what all of this is about.
fn cut(steps: &mut Vec<Step>, from: usize, length: usize) {
    let to = (from + length).min(steps.len());
    if from < to && !steps[from..to].iter().any(|step| matches!(step, Step::AwaitExit)) {
        steps.drain(from..to);
    }
}

/// Leaves a request out, with the wait for its answer.
fn without(case: &mut Case, at: usize, place: usize, request: &Request) {
    let steps = &mut case.plan.actors[at].steps;
    let answer = steps.iter().skip(place).position(receives).map(|after| place + after);
    if let Some(answer) = answer {
        steps.remove(answer);
    }
    steps.retain(|step| !matches!(step, Step::Send { request: other, .. } if other == request));
}

/// Sends at once what is sent in two parts.
fn join(case: &mut Case, at: usize, place: usize, request: &Request) {
    let steps = &mut case.plan.actors[at].steps;
    let rest = steps.iter().position(|step| {
        matches!(step, Step::Send { request: other, part: Part::From(_) } if other == request)
    });
    if let (Some(rest), Some(Step::Send { part, .. })) = (rest, steps.get_mut(place)) {
        *part = Part::Whole;
        steps.remove(rest);
    }
}

/// Does once what is repeated.
fn unroll(case: &mut Case, at: usize, place: usize) {
    let steps = &mut case.plan.actors[at].steps;
    if matches!(steps.get(place), Some(Step::Repeat { .. }))
        && let Step::Repeat { steps: inner, .. } = steps.remove(place)
    {
        steps.splice(place..place, inner);
    }
}

fn cut_inside(case: &mut Case, at: usize, place: usize, inside: usize) {
    if let Some(Step::Repeat { steps, until }) = case.plan.actors[at].steps.get_mut(place)
        && inside < steps.len()
    {
        steps.remove(inside);
        if let Until::Times(times) = until {
            *times = (*times).max(1);
        }
    }
}

fn receives(step: &Step) -> bool {
    matches!(step, Step::Receive | Step::ReadSlowly { .. })
}
