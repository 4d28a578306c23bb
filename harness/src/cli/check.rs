use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use lastorders_model::check::judge;
use lastorders_model::history::{self, FormatError, History};
use lastorders_model::plan::Plan;
use lastorders_model::scenario::{SCENARIOS, Scenario};

use super::args::CheckArgs;
use super::{exit, print, run};
use crate::report::Report;
use crate::run::{Outcome, ScenarioOutcome};

/// Judges a stored history again.
pub(super) fn check(args: &CheckArgs) -> Result<u8, u8> {
    let given = &args.history;
    let path = if given.is_dir() { given.join("history.jsonl") } else { given.clone() };
    let (plan, history) = read(&path).map_err(|error| {
        print::failure(&format!("{}: {error}", path.display()));
        exit::USAGE
    })?;
    let known = SCENARIOS.iter().find(|scenario| scenario.id == plan.scenario);
    let scenario = known.copied().unwrap_or_else(|| Scenario::of_plan(&plan));
    let (verdict, findings) = judge(&plan, &history);
    let last = history.events.last().map_or(0, |event| event.at_us);
    let duration = Duration::from_micros(last);
    let outcome = Outcome {
        subject: path.display().to_string(),
        command: "none: this is a stored history".to_owned(),
        seed: plan.seed,
        postgres: "none".to_owned(),
        duration,
        scenarios: vec![ScenarioOutcome {
            scenario,
            plan,
            history,
            verdict: Some(verdict),
            findings,
            duration,
        }],
        interrupted: None,
    };
    let report = Report::of_history(outcome);
    run::show(&report, args.json)?;
    Ok(exit::of_report(&report))
}

fn read(path: &Path) -> Result<(Plan, History), FormatError> {
    history::read(BufReader::new(File::open(path)?))
}
