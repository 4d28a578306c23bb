//! Counts the requests that servers lose in shutdowns under load.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = lastorders_bench::subject::run_if_subject() {
        return code;
    }
    lastorders_bench::loss::main()
}
