use std::time::Duration;

use lastorders_model::check::{Finding, Verdict};
use lastorders_model::history::History;
use lastorders_model::plan::{Contract, ExitRule};
use lastorders_model::scenario::Catalogue;

use crate::command::quote;
use crate::run::{Options, Outcome, ScenarioOutcome};
use crate::subject::{BuildFailure, Language, Prepared, Subject};

/// The results of judging one server. Every file and every table is a projection of this.
#[derive(Debug, Clone)]
#[must_use = "a report says nothing until it is read: see `assert_passed`"]
pub struct Report {
    /// The outcome of the run.
    pub outcome: Outcome,
    /// The server's language, if it was recognised.
    pub language: Option<Language>,
    /// A note on how the server was started, such as why `npm start` is not used.
    pub note: Option<String>,
    /// Why the server could not be built. Every scenario has then failed.
    pub build_failure: Option<BuildFailure>,
    /// The arguments of `lastorders run` that repeat the run, without `--only` and `--seed`: the
    /// options, and the subject.
    pub rerun: (Vec<String>, Vec<String>),
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
            rerun: (options_arguments(subject, options), subject.arguments()),
        }
    }

    /// The report of a server that cannot be built, which fails every scenario.
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
            rerun: (options_arguments(subject, options), subject.arguments()),
        }
    }

    /// The report of a stored history, which no command can repeat.
    pub(crate) fn of_history(outcome: Outcome) -> Self {
        Self {
            outcome,
            language: None,
            note: None,
            build_failure: None,
            rerun: (Vec::new(), vec!["DIR".to_owned()]),
        }
    }

    /// The worst verdict; `None` if every scenario was skipped.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.outcome.scenarios.iter().filter_map(|scenario| scenario.verdict).max()
    }

    /// Whether every scenario passed, with or without a warning. A report without scenarios has not
    /// passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        let summary = self.outcome.summary();
        summary.passed + summary.warned > 0
            && summary.failed + summary.inconclusive + summary.skipped == 0
    }

    /// The command that reruns one scenario.
    #[must_use]
    pub fn rerun_command(&self, outcome: &ScenarioOutcome) -> String {
        let (options, subject) = &self.rerun;
        let id = outcome.scenario.id;
        // Each repetition of a scenario has its own seed.
        let seed = outcome.plan.seed.to_string();
        let fixed = ["lastorders", "run", "--only", id, "--seed", &seed];
        let words = fixed.into_iter().chain(options.iter().chain(subject).map(String::as_str));
        lastorders_model::terminal::clean(&quote(words), 2_000)
    }
}

/// The options that change a scenario's verdict.
fn options_arguments(subject: &Subject, options: &Options) -> Vec<String> {
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
