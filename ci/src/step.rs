use std::process::Command;
use std::time::{Duration, Instant};

/// One thing that must succeed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The arguments of `cargo`.
    pub(crate) cargo: &'static [&'static str],
    /// Variables beyond those of the environment.
    pub(crate) env: &'static [(&'static str, &'static str)],
}

/// What came of a step.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) step: Step,
    pub(crate) failure: Option<String>,
    pub(crate) duration: Duration,
}

impl Step {
    /// Takes it; what it prints is passed through.
    pub(crate) fn take(self) -> Taken {
        eprintln!("\n── {}: cargo {}", self.name, self.cargo.join(" "));
        let begun = now();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo).args(self.cargo).envs(self.env.iter().copied()).status();
        let failure = match status {
            Ok(status) if status.success() => None,
            Ok(status) => Some(status.to_string()),
            Err(error) => Some(format!("cargo could not be started: {error}")),
        };
        Taken { step: self, failure, duration: begun.elapsed() }
    }
}

#[expect(clippy::disallowed_methods, reason = "a person is told how long a step took")]
fn now() -> Instant {
    Instant::now()
}
