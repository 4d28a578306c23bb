use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A step that must succeed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The arguments of `cargo`.
    pub(crate) cargo: &'static [&'static str],
    /// A script of `ci/` in place of `cargo`, for a step of several commands.
    pub(crate) script: Option<&'static str>,
    /// Variables in addition to the environment's.
    pub(crate) env: &'static [(&'static str, &'static str)],
    /// Whether the step runs when no step is named.
    pub(crate) usual: bool,
    /// How long the step runs among the usual steps, for a step that can run for any time.
    pub(crate) timed: Option<&'static str>,
    /// Whether other threads keep every processor busy during the step.
    pub(crate) loaded: bool,
}

/// The result of a step.
#[derive(Debug)]
pub(crate) struct StepResult {
    pub(crate) step: Step,
    pub(crate) failure: Option<String>,
    pub(crate) duration: Duration,
}

impl Step {
    /// Runs the step with further arguments. Its output is passed through.
    pub(crate) fn run(self, rest: &[String]) -> StepResult {
        let (program, first) = match self.script {
            Some(script) => ("bash".into(), std::slice::from_ref(&script).to_vec()),
            None => {
                let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
                (cargo, self.cargo.to_vec())
            }
        };
        let shown = if self.script.is_some() { "bash" } else { "cargo" };
        eprintln!("\n── {}: {shown} {} {}", self.name, first.join(" "), rest.join(" "));
        let begun = now();
        let _load = self.loaded.then(Load::on_every_processor);
        let mut command = Command::new(&program);
        command.args(first).args(rest).envs(self.env.iter().copied());
        let status = command.status();
        let failure = match status {
            Ok(status) if status.success() => None,
            Ok(status) => Some(status.to_string()),
            Err(error) => Some(format!("failed to start {shown}: {error}")),
        };
        StepResult { step: self, failure, duration: begun.elapsed() }
    }
}

/// Threads that keep every processor busy until this is dropped.
struct Load {
    over: Arc<AtomicBool>,
}

impl Load {
    fn on_every_processor() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        for _ in 0..std::thread::available_parallelism().map_or(2, std::num::NonZero::get) {
            let over = Arc::clone(&over);
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self { over }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

#[expect(clippy::disallowed_methods, reason = "the summary shows how long each step took")]
fn now() -> Instant {
    Instant::now()
}
