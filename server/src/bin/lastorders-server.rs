//! The reference service: `GET /health` and `POST /work` over Postgres, with a shutdown that loses
//! nothing.

use std::process::ExitCode;

fn main() -> ExitCode {
    lastorders::reference::main()
}
