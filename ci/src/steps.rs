use std::fmt::Write as _;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;

use crate::step::{Step, StepResult};

const STEPS: &[Step] = &[
    Step { name: "fmt", about: "the layout", cargo: &["fmt", "--all", "--check"], ..USUAL },
    Step {
        name: "lint",
        about: "clippy, warnings denied",
        cargo: &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        ..USUAL
    },
    Step {
        name: "lint-sim",
        about: "clippy over the code that only a build with --cfg lastorders_sim has",
        cargo: &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--locked",
            "--",
            "-D",
            "warnings",
            "--cfg",
            "lastorders_sim",
        ],
        ..USUAL
    },
    Step {
        name: "pure",
        about: "the model alone: no async runtime, no Postgres",
        cargo: &["check", "-p", "lastorders-model", "--locked"],
        ..USUAL
    },
    Step {
        name: "actors",
        about: "the model with its actors, as a world builds it",
        cargo: &["check", "-p", "lastorders-model", "--features", "actors", "--locked"],
        ..USUAL
    },
    Step {
        name: "bare",
        about: "the server without its default features, warnings denied",
        cargo: &[
            "clippy",
            "-p",
            "lastorders",
            "--no-default-features",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        ..USUAL
    },
    Step {
        name: "doc",
        about: "the documentation, warnings denied",
        cargo: &["doc", "--workspace", "--all-features", "--no-deps", "--locked"],
        env: &[("RUSTDOCFLAGS", "-D warnings")],
        ..USUAL
    },
    Step {
        name: "grade",
        about: "the README's first command: the judge grades the reference",
        cargo: &["run", "--locked", "--", "run", "server"],
        ..USUAL
    },
    Step {
        name: "injected",
        about: "the tests that need injected bugs and rare paths in the server",
        script: Some("ci/injected.sh"),
        ..USUAL
    },
    Step {
        name: "test",
        about: "the README's second command: every test",
        cargo: &["test", "--workspace", "--all-features"],
        ..USUAL
    },
    Step {
        name: "sim",
        about: "a sweep of ours, the injected bugs, 20,000 audited seeds, a reproduction line",
        script: Some("ci/sim.sh"),
        ..USUAL
    },
    Step {
        name: "package",
        about: "the four crates as they are published, built from their archives",
        cargo: &[
            "package",
            "--locked",
            "--allow-dirty",
            "-p",
            "lastorders",
            "-p",
            "lastorders-model",
            "-p",
            "lastorders-harness",
            "-p",
            "lastorders-sim",
        ],
        ..USUAL
    },
    Step {
        name: "manifests",
        about: "the Kubernetes job and the example of a CI matrix, against their schemas",
        script: Some("ci/manifests.sh"),
        ..USUAL
    },
    Step {
        name: "slurm",
        about: "a Slurm array over one sweep; installs and removes it, needs root; only when named",
        script: Some("ci/slurm.sh"),
        usual: false,
        ..USUAL
    },
    Step {
        name: "bench-sim",
        about: "simulated drains a second, beside turmoil 0.7; only when named",
        cargo: &[
            "bench",
            "--profile",
            "sweep",
            "--locked",
            // The flags with which `cargo sim` builds it.
            "--config",
            "build.rustflags=['--cfg','lastorders_sim']",
            "-p",
            "lastorders-sim",
            "--bench",
            "drains",
            "--",
        ],
        usual: false,
        ..USUAL
    },
    Step {
        name: "steady",
        about: "the reference 20 times over, while every processor is busy; only when named",
        cargo: &["run", "--locked", "--", "run", "--repeat", "20", "server"],
        usual: false,
        loaded: true,
        ..USUAL
    },
    Step {
        name: "bench",
        about: "the server measured beside its peers; only when named",
        cargo: &["run", "--release", "--locked", "-p", "lastorders-bench", "--bin", "bench", "--"],
        usual: false,
        ..USUAL
    },
    Step {
        name: "loss",
        about: "requests lost in shutdowns, beside the peers; needs root; only when named",
        cargo: &["run", "--release", "--locked", "-p", "lastorders-bench", "--bin", "loss", "--"],
        usual: false,
        ..USUAL
    },
    // A step and not a test, because beside other tests a handshake can outlast its grace.
    Step {
        name: "lossless",
        about: "the same in short: a few shutdowns of ours and of axum; needs root",
        cargo: &[
            "run",
            "--release",
            "--locked",
            "-p",
            "lastorders-bench",
            "--bin",
            "loss",
            "--",
            "--short",
        ],
        ..USUAL
    },
    Step {
        name: "soak",
        about: "start, load, SIGTERM, exit, again and again",
        cargo: &["run", "--locked", "-p", "lastorders-bench", "--bin", "soak", "--"],
        timed: Some("120s"),
        ..USUAL
    },
];

/// The fields that most steps have in common.
const USUAL: Step = Step {
    name: "",
    about: "",
    cargo: &[],
    script: None,
    env: &[],
    usual: true,
    timed: None,
    loaded: false,
};

/// The names of the steps, for the command line.
pub(crate) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(STEPS.iter().map(|step| step.name))
}

/// The list of steps, for the help.
pub(crate) fn help() -> String {
    STEPS.iter().fold("Steps:\n".to_owned(), |mut text, step| {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  {:<9} {}", step.name, step.about);
        text
    })
}

/// Whether one of these steps can run for any time.
pub(crate) fn any_is_timed(names: &[String]) -> bool {
    STEPS.iter().any(|step| step.timed.is_some() && names.iter().any(|name| name == step.name))
}

/// Runs the named steps, or all usual steps, and passes `rest` to each. Stops at the first failure.
pub(crate) fn run(names: &[String], length: Option<&str>, rest: &[String]) -> ExitCode {
    let chosen: Vec<Step> = if names.is_empty() {
        STEPS.iter().filter(|step| step.usual).copied().collect()
    } else {
        let find = |name: &String| STEPS.iter().find(|step| step.name == *name).copied();
        names.iter().filter_map(find).collect()
    };
    let mut taken: Vec<StepResult> = Vec::new();
    for step in &chosen {
        let usual = step.timed.filter(|_| names.is_empty());
        let length = step.timed.and(length.or(usual)).map(|it| ["--for".to_owned(), it.to_owned()]);
        let result = step.run(&[length.as_slice().concat(), rest.to_vec()].concat());
        let failed = result.failure.is_some();
        taken.push(result);
        if failed {
            break;
        }
    }
    eprintln!();
    for StepResult { step, failure, duration } in &taken {
        let verdict = failure.as_deref().unwrap_or("ok");
        eprintln!("{:<9} {:>7.1} s  {verdict}", step.name, duration.as_secs_f64());
    }
    for step in &chosen[taken.len()..] {
        eprintln!("{:<9}            not run", step.name);
    }
    if taken.iter().any(|taken| taken.failure.is_some()) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
