use std::time::Duration;

use lastorders_model::check::{Finding, Verdict};
use lastorders_model::history::History;
use lastorders_model::plan::{Contract, ExitRule};
use lastorders_model::scenario::Catalogue;

use crate::command::quote;
use crate::run::{Options, Outcome, ScenarioOutcome};
use crate::subject::{BuildFailure, Language, Prepared, Subject};

/// What came of judging one server. Every file and every table is a projection of this.
#[derive(Debug, Clone)]
#[must_use = "a report says nothing until it is read: see `assert_passed`"]
pub struct Report {
    /// What came of the run.
    pub outcome: Outcome,
    /// What the server is written in, where it shows.
    pub language: Option<Language>,
    /// What a reader should know about how the server was started.
    pub note: Option<String>,
    /// Why the server could not be built, if it could not: then every scenario has failed.
    pub build_failure: Option<BuildFailure>,
    /// The words after `lastorders run` that judge the same again, without `--only` and `--seed`:
    /// the options, and the subject.
    pub again: (Vec<String>, Vec<String>),
}

impl Report {
    /// The report of a run.
    pub fn new(
        subject: &Subject,
        options: &Options,
        prepared: &Prepared,
        outcome: Outcome,
    ) -> Self {
        Self {
            outcome,
            language: prepared.language,
            note: prepared.note.clone(),
            build_failure: None,
            again: (options_again(subject, options), subject.arguments()),
        }
    }

    /// A server that cannot be built has failed every scenario.
    pub fn not_built(
        subject: &Subject,
        options: &Options,
        catalogue: &Catalogue,
        failure: BuildFailure,
    ) -> Self {
        let scenarios = catalogue.scenarios().iter().map(|scenario| {
            let finding = Finding::violation("a server that can be built", failure.to_string());
            ScenarioOutcome {
                scenario: *scenario,
                plan: catalogue.plan(scenario, options.seed, &options.contract),
                history: History::default(),
                verdict: Some(Verdict::Fail),
                findings: vec![Finding { check: "build".to_owned(), ..finding }],
                duration: Duration::ZERO,
            }
        });
        let outcome = Outcome {
            subject: subject.name(),
            command: failure.command.clone(),
            seed: options.seed,
            postgres: "not started".to_owned(),
            duration: Duration::ZERO,
            scenarios: scenarios.collect(),
            interrupted: None,
        };
        Self {
            outcome,
            language: subject.language(),
            note: None,
            build_failure: Some(failure),
            again: (options_again(subject, options), subject.arguments()),
        }
    }

    /// The report of a stored history, which no command carries out again.
    pub(crate) fn of_history(outcome: Outcome) -> Self {
        Self {
            outcome,
            language: None,
            note: None,
            build_failure: None,
            again: (Vec::new(), vec!["DIR".to_owned()]),
        }
    }

    /// The worst verdict; `None` if no scenario was carried out.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.outcome.scenarios.iter().filter_map(|scenario| scenario.verdict).max()
    }

    /// Whether every scenario was carried out, and none failed or proved nothing. Warnings pass.
    #[must_use]
    pub fn passed(&self) -> bool {
        let summary = self.outcome.summary();
        summary.passed + summary.warned > 0
            && summary.failed + summary.inconclusive + summary.skipped == 0
    }

    /// The command that carries one scenario out again, alone.
    #[must_use]
    pub fn command_for(&self, came: &ScenarioOutcome) -> String {
        let (options, subject) = &self.again;
        let id = came.scenario.id;
        // A repeated scenario has a seed of its own each time.
        let seed = came.plan.seed.to_string();
        let fixed = ["lastorders", "run", "--only", id, "--seed", &seed];
        let words = fixed.into_iter().chain(options.iter().chain(subject).map(String::as_str));
        lastorders_model::terminal::clean(&quote(words), 2_000)
    }
}

/// The options that change what is demanded.
fn options_again(subject: &Subject, options: &Options) -> Vec<String> {
    let usual = Contract::default();
    let contract = &options.contract;
    let mut words = Vec::new();
    if contract.grace_ms != usual.grace_ms {
        words.extend(["--grace".to_owned(), format!("{}ms", contract.grace_ms)]);
    }
    if contract.exit != usual.exit {
        let rule = match contract.exit {
            ExitRule::Strict => "strict",
            ExitRule::Lenient => "lenient",
        };
        words.extend(["--exit-code".to_owned(), rule.to_owned()]);
    }
    if let Some(time) = subject.given_ready_timeout() {
        words.extend(["--ready-timeout".to_owned(), format!("{}ms", time.as_millis())]);
    }
    words
}
