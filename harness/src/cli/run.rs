use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use super::args::RunArgs;
use super::progress::Terminal;
use super::{choose, exit, print, signals};
use crate::judge::{Judge, JudgeError};
use crate::report::{Colour, Report, Results, render, write_all};
use crate::subject::{PrepareError, Subject};

/// Judges one server.
pub(super) async fn run(args: &RunArgs) -> Result<u8, u8> {
    let catalogue = choose::catalogue(&args.selection, &args.plans)?;
    if let Some(folder) = &args.out {
        // An unwritable directory must be reported before the run and not after it.
        std::fs::create_dir_all(folder).map_err(|error| {
            print::failure(&format!("--out {}: {error}", folder.display()));
            exit::ENVIRONMENT
        })?;
    }
    let cancel = signals::listen().map_err(|error| {
        print::failure(&format!("could not install the signal handlers: {error}"));
        exit::ENVIRONMENT
    })?;
    let total = catalogue.scenarios().len() * args.repeat.max(1) as usize;
    let progress = Arc::new(Terminal::new(total));
    let judge = judge(args).catalogue(catalogue).cancel(cancel).progress(progress.clone());
    let judged = judge.run(&subject(args)).await;
    progress.done();
    let mut report = judged.map_err(|error| failed(&error))?;
    report.rerun.0.extend(choose::plans_arguments(&args.plans));
    let shown = show(&report, args.json);
    let stored = args.out.as_deref().map_or(Ok(()), |folder| store(&report, folder));
    let code = exit::of_report(&report);
    // A proved failure outranks a failed write.
    if code == exit::PASSED { shown.and(stored).map(|()| code) } else { Ok(code) }
}

/// Prints a report.
pub(super) fn show(report: &Report, json: bool) -> Result<(), u8> {
    if json {
        print::stdout(&Results::of(report, false).to_json())
    } else {
        print::stdout(&render(report, Colour::Always))
    }
}

fn store(report: &Report, folder: &Path) -> Result<(), u8> {
    write_all(report, folder).map_err(|error| {
        print::failure(&error.to_string());
        exit::ENVIRONMENT
    })
}

fn subject(args: &RunArgs) -> Subject {
    let mut subject = match args.command.split_first() {
        Some((program, rest)) => Subject::command(program).args(rest),
        None => Subject::from_dir(args.dir.as_deref().unwrap_or(Path::new("."))),
    };
    for given in &args.env {
        subject = match name_and_value(given) {
            (name, Some(value)) => subject.env(name, value),
            (name, None) => subject.pass_env(name),
        };
    }
    if args.clean_env {
        subject = subject.clean_env();
    }
    if let Some(time) = args.ready_timeout {
        subject = subject.ready_timeout(time);
    }
    subject
}

fn judge(args: &RunArgs) -> Judge {
    let judge = Judge::new()
        .postgres(args.postgres.clone())
        .grace(args.grace)
        .exit_rule(args.exit_code.rule())
        .jobs(args.jobs)
        .repeat(args.repeat);
    match args.seed {
        Some(seed) => judge.seed(seed),
        None => judge,
    }
}

/// Splits `NAME=VALUE` at the first `=`, because a value may contain more.
fn name_and_value(given: &OsStr) -> (OsString, Option<OsString>) {
    let text = |bytes: &[u8]| OsStr::from_bytes(bytes).to_owned();
    let bytes = given.as_bytes();
    match bytes.iter().position(|byte| *byte == b'=') {
        Some(at) => (text(&bytes[..at]), Some(text(&bytes[at + 1..]))),
        None => (text(bytes), None),
    }
}

fn failed(error: &JudgeError) -> u8 {
    match error {
        JudgeError::Prepare(PrepareError::Interrupted(_)) => print::note(&error.to_string()),
        JudgeError::NothingSelected | JudgeError::Prepare(_) | JudgeError::Run(_) => {
            print::failure(&error.to_string());
        }
    }
    exit::of_error(error)
}
