use std::num::NonZero;
use std::process::{Command, Stdio};

use lastorders_model::exit;

use super::args::{AuditArgs, TraceArgs};
use super::options::{CaseArgs, jobs};
use super::progress::{Progress, grouped};
use super::{case, print, signals};
use crate::sweep::{Origin, Seeds, Seen, Simulate, Simulator, Work, sweep};
use crate::trace::leak::{self, Leak};
use crate::trace::{Header, audit as compare, write};

/// Runs cases twice and compares the runs record by record.
pub(super) fn audit(args: &AuditArgs) -> Result<u8, u8> {
    if let Some(seeds) = args.seeds {
        return range(args, seeds);
    }
    let one = CaseArgs { case: args.case.clone().unwrap_or_default(), what: args.what };
    if one.case.parse::<Seeds>().is_ok() {
        let range = &one.case;
        return Err(print::usage(&format!("{range} is a range of seeds: pass --seeds {range}")));
    }
    let (simulator, case) = case::case(&one)?;
    let _leaking = leak::begin(args.leak);
    let mut code = exit::PASSED;
    match compare::twice(|| simulator.run(&case).trace) {
        Ok(same) => print::stdout(&format!(
            "two runs in this process are equal: {} records, hash {:016x}\n",
            same.records, same.hash
        ))?,
        Err(error) => {
            print::stdout(&format!("two runs in this process differ:\n{error}\n"))?;
            code = exit::OUR_FAULT;
        }
    }
    let other = other_process(&one, args.leak)?;
    let ours = Header::ours(&simulator.engine.to_string());
    match compare::against(&ours, &simulator.run(&case).trace, other.as_slice()) {
        Ok(same) => {
            print::stdout(&format!(
                "the run in another process is equal: hash {:016x}\n",
                same.hash
            ))?;
        }
        Err(error) => {
            print::stdout(&format!("the run in another process differs:\n{error}\n"))?;
            code = exit::OUR_FAULT;
        }
    }
    Ok(code)
}

/// Writes a trace to stdout, where the parent process compares it.
pub(super) fn trace(args: &TraceArgs) -> Result<u8, u8> {
    let (simulator, case) = case::case_without_note(&args.case)?;
    let _leaking = leak::begin(args.leak);
    let header = Header::ours(&simulator.engine.to_string());
    write(std::io::stdout().lock(), &header, &simulator.run(&case).trace).map_err(|error| {
        print::failure(&format!("the trace cannot be written: {error}"));
        exit::ENVIRONMENT
    })?;
    Ok(exit::PASSED)
}

fn other_process(one: &CaseArgs, leak: Option<Leak>) -> Result<Vec<u8>, u8> {
    let run = || {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("trace").args(case::arguments(&one.case, one.what));
        command.args(leak.iter().flat_map(|leak| ["--leak", leak.name()]));
        command.stderr(Stdio::inherit()).output()
    };
    let output = run().map_err(|error| {
        print::failure(&format!("another process cannot be started: {error}"));
        exit::ENVIRONMENT
    })?;
    Ok(output.stdout)
}

/// Runs each seed twice. Compares the hashes, and reports the first difference of unequal runs.
fn range(args: &AuditArgs, seeds: Seeds) -> Result<u8, u8> {
    if seeds.end == u64::MAX {
        return Err(print::usage("--seeds must have an end, as --seeds 0..1000"));
    }
    let interruption = signals::listen().map_err(|error| {
        print::failure(&format!("signal handlers cannot be installed: {error}"));
        exit::ENVIRONMENT
    })?;
    let progress = Progress::new(seeds, None, interruption.clone());
    let twice = Twice { simulator: args.what.simulator(), leak: args.leak };
    let jobs: NonZero<usize> = jobs(args.jobs);
    let work = Work { seeds, jobs, mutate: false, stop_after: None };
    let swept = sweep(&twice, &work, &progress);
    progress.done();
    let mut text = String::new();
    for fault in &swept.tally.faults {
        text.push_str(&format!("seed {}:\n{}\n", fault.origin, fault.what));
    }
    let (n, faults) = (swept.tally.seeds, swept.tally.faults.len());
    let seconds = progress.elapsed().as_secs_f64();
    text.push_str(&format!(
        "{} seeds audited in {seconds:.1} s: {faults} divergences\n",
        grouped(n)
    ));
    print::stdout(&text)?;
    Ok(match interruption.by() {
        _ if faults > 0 => exit::OUR_FAULT,
        Some(signal) => exit::of_signal(signal),
        None if n == 0 => exit::NOTHING_SELECTED,
        None => exit::PASSED,
    })
}

/// Runs each case twice. Cases with different hashes are compared record by record.
struct Twice {
    simulator: Simulator,
    leak: Option<Leak>,
}

impl Simulate for Twice {
    fn simulate(&self, origin: Origin) -> Seen {
        let _leaking = leak::begin(self.leak);
        let case = self.simulator.case(origin);
        let hash = self.simulator.run(&case).trace.hash;
        let again = self.simulator.run(&case).trace.hash;
        let failure = (hash != again).then(|| crate::sweep::Failure {
            signature: "divergence".to_owned(),
            blob: String::new(),
        });
        Seen { hash, failure, ..Seen::default() }
    }

    fn audit(&self, origin: Origin) -> Result<(), String> {
        let _leaking = leak::begin(self.leak);
        self.simulator.audit(origin)
    }

    fn sometimes(&self) -> Vec<&'static str> {
        Vec::new()
    }
}
