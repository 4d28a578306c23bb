//! One of the measured servers, for use by hand.

use std::process::ExitCode;

fn main() -> ExitCode {
    lastorders_bench::subject::main(std::env::args_os())
}
