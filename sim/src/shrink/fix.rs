use std::collections::{BTreeMap, BTreeSet};

use lastorders_model::plan::{ClientStep, Part, Script, Step, Until, for_steps};

use crate::case::Case;

/// Removes steps that lost their purpose: waits for marks that no actor sets, actors without steps,
/// requests without their first half, and links of removed actors.
pub(super) fn fix(case: &mut Case) {
    for actor in &mut case.plan.actors {
        if let Some(script) = actor.role.client_script_mut() {
            whole(script);
        }
    }
    // A removed wait may leave an actor without steps, and its marks unset.
    loop {
        let set = case.plan.marks().into_iter().filter(|(_, times)| *times > 0);
        let marks = set.map(|(label, times)| (label.to_owned(), times)).collect();
        let before = case.plan.actors.clone();
        for actor in &mut case.plan.actors {
            for_steps!(&mut actor.role, steps => waits(steps, &marks));
        }
        case.plan.actors.retain(|actor| !actor.role.is_idle());
        if case.plan.actors == before {
            break;
        }
    }
    let names: BTreeSet<_> = case.plan.actors.iter().map(|actor| actor.name.as_str()).collect();
    let conditions = &mut case.conditions;
    conditions.network.links.retain(|name, _| names.contains(name.as_str()));
    conditions.network.events.retain(|event| names.contains(event.actor.as_str()));
    if let Some(balancer) = &mut conditions.balancer {
        balancer.clients.retain(|client| names.contains(client.as_str()));
        if balancer.clients.is_empty() {
            conditions.balancer = None;
        }
    }
}

/// Removes the second half of a request without its first half.
fn whole(steps: &mut Script<ClientStep>) {
    let mut begun = false;
    steps.retain_mut(|step| match step {
        Step::Own(ClientStep::Send { part: Part::From(_), .. }) => std::mem::take(&mut begun),
        Step::Own(ClientStep::Send { part: Part::UpTo(_), .. }) => {
            begun = true;
            true
        }
        Step::Own(ClientStep::Send { part: Part::Whole, .. }) => {
            begun = false;
            true
        }
        Step::Repeat { steps, .. } => {
            whole(steps);
            !steps.is_empty()
        }
        Step::Mark { .. } | Step::Await { .. } | Step::At { .. } | Step::Own(_) => true,
    });
}

/// Reduces waits to the number of marks that are set.
fn waits<S>(steps: &mut Script<S>, marks: &BTreeMap<String, u64>) {
    steps.retain_mut(|step| match step {
        Step::Await { label, times } => match marks.get(label) {
            Some(set) => {
                *times = (*times).min(*set);
                true
            }
            None => false,
        },
        Step::Repeat { until, steps } => {
            if matches!(until, Until::Mark(label) if !marks.contains_key(label)) {
                *until = Until::Times(1);
            }
            waits(steps, marks);
            !steps.is_empty()
        }
        Step::Mark { .. } | Step::At { .. } | Step::Own(_) => true,
    });
}
