use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};

use super::{Required, Test};
use crate::machine::{Lack, Need, lack};

/// The tests that did not run: for each lack, the reason and the number of tests.
type NotRun = Arc<Mutex<BTreeMap<Need, (Lack, usize)>>>;

/// Runs the tests that the arguments select, and prints the closing list of tests that did not run.
pub(crate) fn run(arguments: &Arguments, required: &Required, tests: Vec<Test>) -> Conclusion {
    let not_run = NotRun::default();
    let trials = tests.into_iter().map(|test| trial(test, arguments, required, &not_run)).collect();
    let conclusion = libtest_mimic::run(arguments, trials);
    let not_run = not_run.lock().unwrap_or_else(PoisonError::into_inner);
    if !not_run.is_empty() {
        eprint!("{}", closing_list(&not_run));
    }
    conclusion
}

fn trial(test: Test, arguments: &Arguments, required: &Required, not_run: &NotRun) -> Trial {
    let Test { name, needs, run } = test;
    let lacking = {
        let needs = needs.clone();
        move || needs.iter().find_map(|need| Some((*need, lack(*need)?)))
    };
    let required = required.clone();
    // With `--ignored` or `--include-ignored` the user wants ignored tests to run.
    let demanded = arguments.ignored || arguments.include_ignored;
    // With `--ignored`, libtest-mimic runs only the tests that have this flag.
    let asked = arguments.list || arguments.ignored;
    let ignored = asked && lacking().is_some_and(|(need, _)| !required.has(need));
    let not_run = Arc::clone(not_run);
    let runner = move || match lacking() {
        None => {
            run();
            Ok(Completion::Completed)
        }
        Some((need, why)) if required.has(need) || demanded => {
            let by = if demanded { "the command line" } else { Required::VARIABLE };
            Err(Failed::from(format!("{by} requires {need}: {why}; fix: {}", need.fix())))
        }
        Some((need, why)) => {
            let mut not_run = not_run.lock().unwrap_or_else(PoisonError::into_inner);
            not_run.entry(need).or_insert_with(|| (why.clone(), 0)).1 += 1;
            Ok(Completion::ignored_with(format!("no {need}: {why}")))
        }
    };
    Trial::ignorable_test(name, runner).with_ignored_flag(ignored)
}

fn closing_list(not_run: &BTreeMap<Need, (Lack, usize)>) -> String {
    let count: usize = not_run.values().map(|(_, count)| count).sum();
    let tests = if count == 1 { "test" } else { "tests" };
    let mut text = format!("\nNOT RUN: {count} {tests}, because this machine lacks something\n");
    for (need, (why, count)) in not_run {
        text.push_str(&wrapped(&format!("  {need:<10} {count:>3}  "), why));
        text.push_str(&wrapped(&format!("{:17}to run them: ", ""), need.fix()));
    }
    text.push_str(&format!("{}=all turns each lack into a failure.\n\n", Required::VARIABLE));
    text
}

/// Appends the words to the first text, in lines of at most 100 columns that are all indented.
fn wrapped(first: &str, words: &str) -> String {
    const COLUMNS: usize = 100;
    let mut lines = vec![first.to_owned()];
    for word in words.split_whitespace() {
        let line = lines.last_mut().expect("there is one");
        let full = line.chars().count() + word.chars().count() > COLUMNS;
        if full && !line.trim().is_empty() {
            lines.push(format!("{:17}{word} ", ""));
        } else {
            line.push_str(word);
            line.push(' ');
        }
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}
