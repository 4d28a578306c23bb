use std::collections::BTreeMap;

use super::{
    Actor, ClientStep, OperatorStep, Plan, PooledStep, Request, Role, Script, Step, StoreStep,
    Until, for_steps,
};

/// Evaluates an expression with the script of any role. The expression must compile for every kind
/// of step.
///
/// ```
/// use lastorders_model::plan::{Role, for_steps};
///
/// let role = Role::Client { steps: Vec::new() };
/// assert_eq!(for_steps!(&role, steps => steps.len()), 0);
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! __for_steps {
    ($role:expr, $steps:ident => $value:expr) => {
        match $role {
            $crate::plan::Role::Client { steps: $steps } => $value,
            $crate::plan::Role::Http2Client { steps: $steps } => $value,
            $crate::plan::Role::PooledClient { steps: $steps, .. } => $value,
            $crate::plan::Role::Operator { steps: $steps } => $value,
            $crate::plan::Role::Store { steps: $steps } => $value,
        }
    };
}

impl Role {
    /// The script of a client with a connection of its own.
    #[must_use]
    pub fn client_script(&self) -> Option<&Script<ClientStep>> {
        match self {
            Self::Client { steps } | Self::Http2Client { steps } => Some(steps),
            Self::PooledClient { .. } | Self::Operator { .. } | Self::Store { .. } => None,
        }
    }

    /// Like [`Role::client_script`], but mutable.
    #[must_use]
    pub fn client_script_mut(&mut self) -> Option<&mut Script<ClientStep>> {
        match self {
            Self::Client { steps } | Self::Http2Client { steps } => Some(steps),
            Self::PooledClient { .. } | Self::Operator { .. } | Self::Store { .. } => None,
        }
    }

    /// The operator's script.
    #[must_use]
    pub fn operator_script(&self) -> Option<&Script<OperatorStep>> {
        match self {
            Self::Operator { steps } => Some(steps),
            Self::Client { .. }
            | Self::Http2Client { .. }
            | Self::PooledClient { .. }
            | Self::Store { .. } => None,
        }
    }

    /// The store's script.
    #[must_use]
    pub fn store_script(&self) -> Option<&Script<StoreStep>> {
        match self {
            Self::Store { steps } => Some(steps),
            Self::Client { .. }
            | Self::Http2Client { .. }
            | Self::PooledClient { .. }
            | Self::Operator { .. } => None,
        }
    }

    /// Whether the script has no step.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        for_steps!(self, steps => steps.is_empty())
    }

    /// The number of workers that run the script side by side.
    #[must_use]
    pub fn workers(&self) -> u32 {
        match self {
            Self::PooledClient { workers, .. } => *workers,
            Self::Client { .. }
            | Self::Http2Client { .. }
            | Self::Operator { .. }
            | Self::Store { .. } => 1,
        }
    }

    /// Whether the actor is a client that speaks HTTP/2.
    #[must_use]
    pub fn is_http2(&self) -> bool {
        matches!(self, Self::Http2Client { .. })
    }
}

/// The steps of a script that only its role has, in order, including those inside `Repeat`.
#[must_use]
pub fn own_steps<S>(steps: &[Step<S>]) -> Vec<&S> {
    let mut all = Vec::new();
    gather(steps, &mut all);
    all
}

fn gather<'a, S>(steps: &'a [Step<S>], all: &mut Vec<&'a S>) {
    for step in steps {
        match step {
            Step::Own(step) => all.push(step),
            Step::Repeat { steps, .. } => gather(steps, all),
            Step::Mark { .. } | Step::Await { .. } | Step::At { .. } => {}
        }
    }
}

impl Plan {
    /// Every step of clients with a connection of their own, with its actor, in the order of the
    /// scripts, including steps inside `Repeat`.
    #[must_use]
    pub fn client_steps(&self) -> Vec<(&Actor, &ClientStep)> {
        let scripts = self.actors.iter().filter_map(|it| Some((it, it.role.client_script()?)));
        scripts
            .flat_map(|(actor, it)| own_steps(it).into_iter().map(move |it| (actor, it)))
            .collect()
    }

    /// Every step of the operators, in the order of the scripts, including steps inside `Repeat`.
    #[must_use]
    pub fn operator_steps(&self) -> Vec<&OperatorStep> {
        let scripts = self.actors.iter().filter_map(|actor| actor.role.operator_script());
        scripts.flat_map(|script| own_steps(script)).collect()
    }

    /// Every step of the stores, in the order of the scripts, including steps inside `Repeat`.
    #[must_use]
    pub fn store_steps(&self) -> Vec<&StoreStep> {
        let scripts = self.actors.iter().filter_map(|actor| actor.role.store_script());
        scripts.flat_map(|script| own_steps(script)).collect()
    }

    /// Every request of the plan with its actor. A request that is sent in parts appears once for
    /// each part.
    #[must_use]
    pub fn requests(&self) -> Vec<(&Actor, &Request)> {
        let mut all = Vec::new();
        for actor in &self.actors {
            match &actor.role {
                Role::Client { steps } | Role::Http2Client { steps } => {
                    let sent = own_steps(steps).into_iter().filter_map(ClientStep::request);
                    all.extend(sent.map(|request| (actor, request)));
                }
                Role::PooledClient { steps, .. } => {
                    let sent = own_steps(steps).into_iter().filter_map(PooledStep::request);
                    all.extend(sent.map(|request| (actor, request)));
                }
                Role::Operator { .. } | Role::Store { .. } => {}
            }
        }
        all
    }

    /// Whether the plan sends a signal to the server.
    #[must_use]
    pub fn signals(&self) -> bool {
        self.operator_steps().into_iter().any(|step| matches!(step, OperatorStep::Signal { .. }))
    }

    /// Whether the plan holds requests in the store.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.store_steps().into_iter().any(|step| matches!(step, StoreStep::Hold { .. }))
    }

    /// The most times that each mark can be set.
    #[must_use]
    pub fn marks(&self) -> BTreeMap<&str, u64> {
        let mut marks = BTreeMap::new();
        for actor in &self.actors {
            let workers = actor.role.workers().into();
            for_steps!(&actor.role, steps => count(steps, workers, &mut marks));
        }
        marks
    }

    /// The time of every [`Step::At`], in microseconds since the server was ready, in the order of
    /// the scripts, mutable.
    #[must_use]
    pub fn moments_mut(&mut self) -> Vec<&mut u64> {
        let mut all = Vec::new();
        for actor in &mut self.actors {
            for_steps!(&mut actor.role, steps => moments(steps, &mut all));
        }
        all
    }
}

fn count<'a, S>(steps: &'a [Step<S>], times: u64, marks: &mut BTreeMap<&'a str, u64>) {
    for step in steps {
        match step {
            Step::Mark { label } => {
                let set = marks.entry(label).or_default();
                *set = set.saturating_add(times);
            }
            Step::Repeat { until, steps } => {
                let rounds = match until {
                    Until::Times(rounds) => *rounds,
                    Until::Mark(_) | Until::Gone => u64::MAX,
                };
                count(steps, times.saturating_mul(rounds), marks);
            }
            Step::Await { .. } | Step::At { .. } | Step::Own(_) => {}
        }
    }
}

fn moments<'a, S>(steps: &'a mut [Step<S>], all: &mut Vec<&'a mut u64>) {
    for step in steps {
        match step {
            Step::At { us } => all.push(us),
            Step::Repeat { steps, .. } => moments(steps, all),
            Step::Mark { .. } | Step::Await { .. } | Step::Own(_) => {}
        }
    }
}
