use thiserror::Error;

use super::{Catalogue, Hint, SCENARIOS, Scenario, Visibility};
use crate::check::{self, Level, validate};
use crate::plan::{Contract, Plan, PlanError};

/// The reason why a stored plan cannot be a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoredError {
    /// The plan is invalid.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Another scenario has the same name.
    #[error("there is a scenario `{0}` already; give this plan another name")]
    Taken(String),
    /// The plan names no check.
    #[error("the plan names no check, so nothing would be judged")]
    NoCheck,
}

impl Catalogue {
    /// Appends a stored plan as a scenario. The plan runs unchanged, with its own names, budgets
    /// and checks: the seed and the contract of the run have no effect.
    ///
    /// The scenario's name stays in memory until the program ends.
    ///
    /// # Errors
    ///
    /// If the plan is invalid or names no check, or its name is taken.
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

    /// The plan of a scenario.
    #[must_use]
    pub fn plan(&self, scenario: &Scenario, seed: u64, contract: &Contract) -> Plan {
        match self.stored.get(scenario.id) {
            Some(stored) => stored.clone(),
            None => scenario.plan(seed, contract),
        }
    }
}

impl Scenario {
    /// Whether the plan comes from a file. Such a scenario has no cause and no fix.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.source == A_FILE
    }

    /// A scenario for a plan from a file.
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
            // The plan is stored, so there is nothing to write.
            plan: |_| {},
            hint: Hint {
                cause: "Unknown: the plan comes from a file.",
                node: UNKNOWN,
                python: UNKNOWN,
                go: UNKNOWN,
                java: UNKNOWN,
                rust: UNKNOWN,
            },
        }
    }
}

/// The source of a plan from a file.
const A_FILE: &str = "a file";

const UNKNOWN: &str = "Unknown; see the findings.";

/// The highest level of the plan's checks.
fn plan_level(plan: &Plan) -> Level {
    plan.checks.iter().map(|used| used.level).max().unwrap_or(Level::Info)
}

/// Leaks the text, because a [`Scenario`] has static strings. A program has few scenarios.
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
    fn stored_plan_becomes_a_scenario_that_runs_unchanged() {
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
    fn stored_plan_with_a_taken_name_or_no_check_is_refused() {
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
