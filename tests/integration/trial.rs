//! Tests that ask the machine. A test is ignored, with the reason, if the machine lacks its needs.
//!
//! libtest can ignore a test only when it is compiled; here the machine decides. `cargo nextest`
//! first lists the tests, and then starts each in a process of its own. The list marks a test that
//! cannot run as ignored.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};

use crate::machine::{Lack, Need, Required, lack};

/// A test, and what it needs of the machine.
pub(crate) struct Test {
    name: String,
    needs: Vec<Need>,
    run: Box<dyn FnOnce() + Send>,
}

impl Test {
    /// `name` is the whole path, as `module::sentence`. The test fails by a panic.
    pub(crate) fn new(
        name: impl Into<String>,
        needs: impl Into<Vec<Need>>,
        run: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self { name: name.into(), needs: needs.into(), run: Box::new(run) }
    }
}

/// The tests of a module: `name;`, or `name [Docker, Node];` with what the test needs. An async
/// test is `async name;`.
#[macro_export]
macro_rules! tests {
    (@each [$($done:tt)*]) => { vec![$($done)*] };
    (@each [$($done:tt)*] async $name:ident $([$($need:ident),+])?; $($rest:tt)*) => {
        $crate::tests!(@each [$($done)* $crate::trial::Test::new(
            $crate::trial::path(module_path!(), stringify!($name)),
            vec![$($($crate::machine::Need::$need),+)?],
            || $crate::trial::block_on($name()),
        ),] $($rest)*)
    };
    (@each [$($done:tt)*] $name:ident $([$($need:ident),+])?; $($rest:tt)*) => {
        $crate::tests!(@each [$($done)* $crate::trial::Test::new(
            $crate::trial::path(module_path!(), stringify!($name)),
            vec![$($($crate::machine::Need::$need),+)?],
            $name,
        ),] $($rest)*)
    };
    ($($tests:tt)*) => { $crate::tests!(@each [] $($tests)*) };
}

/// The name of a test in a module of this program.
pub(crate) fn path(module: &str, name: &str) -> String {
    let inside = module.split_once("::").map_or("", |(_, inside)| inside);
    if inside.is_empty() { name.to_owned() } else { format!("{inside}::{name}") }
}

/// Runs an asynchronous test to its end.
pub(crate) fn block_on(test: impl Future<Output = ()>) {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.expect("a runtime").block_on(test);
}

/// The tests that were not run: for each lack, the reason and the number of tests.
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
