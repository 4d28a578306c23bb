use thiserror::Error;

use super::{Catalogue, Hint, SCENARIOS, Scenario, Visibility};
use crate::check::{self, Level, validate};
use crate::plan::{Contract, Plan, PlanError};

/// Why a stored plan is no scenario.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoredError {
    /// No world could carry it out.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Another scenario is called so.
    #[error("there is a scenario `{0}` already; give this plan another name")]
    Taken(String),
    /// Nothing judges it.
    #[error("the plan names no check, so nothing would be judged")]
    NoCheck,
}

impl Catalogue {
    /// With a stored plan as one more scenario, after all others. It is carried out as it stands:
    /// with its own names, budgets and checks, whatever the seed and the contract of the run are.
    ///
    /// The name of the scenario is kept until the program ends.
    ///
    /// # Errors
    ///
    /// If the plan makes no sense, or its name is taken.
    pub fn with(mut self, plan: Plan) -> Result<Self, StoredError> {
        validate(&plan)?;
        let taken = SCENARIOS.iter().chain(&self.scenarios).any(|it| it.id == plan.scenario);
        if taken {
            return Err(StoredError::Taken(plan.scenario));
        }
        if plan.checks.is_empty() {
            return Err(StoredError::NoCheck);
        }
        let scenario = Scenario::of_plan(&plan);
        self.scenarios.push(scenario);
        self.stored.insert(scenario.id, plan);
        Ok(self)
    }

    /// The plan of a scenario of this choice.
    #[must_use]
    pub fn plan(&self, scenario: &Scenario, seed: u64, contract: &Contract) -> Plan {
        match self.stored.get(scenario.id) {
            Some(stored) => stored.clone(),
            None => scenario.plan(seed, contract),
        }
    }
}

impl Scenario {
    /// Whether its plan comes from a file: nothing is known of causes and fixes then.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.source == A_FILE
    }

    /// What is known of a plan that no scenario of the catalogue has made.
    #[must_use]
    pub fn of_plan(plan: &Plan) -> Self {
        let about = plan.checks.iter().filter(|used| used.level == plan_level(plan));
        let about = about.filter_map(|used| check::find(&used.check)).map(|check| check.about);
        Self {
            id: keep(plan.scenario.clone()),
            title: "a plan from a file",
            requirement: keep(about.collect::<Vec<_>>().join("; ")),
            level: plan_level(plan),
            visibility: Visibility::Hidden,
            source: A_FILE,
            // Its plan is stored: there is nothing to write.
            plan: |_| {},
            hint: Hint {
                cause: "The plan comes from a file, which does not say.",
                node: UNKNOWN,
                python: UNKNOWN,
                go: UNKNOWN,
                java: UNKNOWN,
                rust: UNKNOWN,
            },
        }
    }
}

/// The source of a plan that no scenario of the catalogue has made.
const A_FILE: &str = "a file";

const UNKNOWN: &str = "Nothing is known but what the findings say.";

/// The highest level of its checks.
fn plan_level(plan: &Plan) -> Level {
    plan.checks.iter().map(|used| used.level).max().unwrap_or(Level::Info)
}

/// Scenarios are known by strings that live as long as the program; there are few of them.
fn keep(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Draft;

    fn plan(name: &str) -> Plan {
        let mut draft = Draft::new(name, 5, Contract { answer_ms: 77, ..Contract::default() });
        draft.check("preconditions", Level::Must);
        draft.check("announces-close", Level::Should);
        draft.operator().signal().await_exit();
        draft.finish()
    }

    #[test]
    fn a_stored_plan_is_a_scenario_that_is_carried_out_as_it_stands() {
        let all = Catalogue::all().with(plan("mine/one")).expect("it is sound");
        assert_eq!(all.scenarios().len(), SCENARIOS.len() + 1);
        let mine = all.only(&["mine"]);
        let [scenario] = mine.scenarios() else { panic!("{mine:?}") };
        assert_eq!((scenario.id, scenario.level), ("mine/one", Level::Must));
        assert_eq!(mine.plan(scenario, 9, &Contract::default()), plan("mine/one"));
        let first = &SCENARIOS[0];
        let contract = Contract::default();
        assert_eq!(mine.plan(first, 9, &contract), first.plan(9, &contract));
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        let taken = StoredError::Taken("signal/idle-exit".to_owned());
        assert_eq!(Catalogue::all().with(plan("signal/idle-exit")).unwrap_err(), taken);
        let once = Catalogue::default().with(plan("mine/one")).expect("it is sound");
        assert_eq!(once.with(plan("mine/one")).unwrap_err().to_string(), {
            "there is a scenario `mine/one` already; give this plan another name"
        });
        let none = Plan { checks: Vec::new(), ..plan("mine/two") };
        assert_eq!(Catalogue::all().with(none).unwrap_err(), StoredError::NoCheck);
        let other = Plan { version: 9, ..plan("mine/two") };
        assert!(matches!(Catalogue::all().with(other), Err(StoredError::Plan(_))));
    }
}
