use std::collections::BTreeSet;

use super::find;
use crate::plan::{self, Plan, PlanError};

/// Checks that worlds can run a plan, and that checks can judge its history.
///
/// # Errors
///
/// The first rule that the plan breaks.
pub fn validate(plan: &Plan) -> Result<(), PlanError> {
    plan::validate(plan)?;
    let mut seen = BTreeSet::new();
    for used in &plan.checks {
        if find(&used.check).is_none() || !seen.insert(&used.check) {
            return Err(PlanError::Check(used.check.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Contract, Draft, Level};

    #[test]
    fn a_plan_names_each_check_once_and_no_unknown_check() {
        let outcome = |ids: &[&str]| {
            let mut draft = Draft::new("group/name", 1, Contract::default());
            ids.iter().for_each(|id| draft.check(id, Level::Must));
            validate(&draft.finish())
        };
        assert_eq!(outcome(&["ledger", "created"]), Ok(()));
        assert_eq!(outcome(&["no-such"]), Err(PlanError::Check("no-such".to_owned())));
        assert_eq!(outcome(&["ledger", "ledger"]), Err(PlanError::Check("ledger".to_owned())));
    }
}
