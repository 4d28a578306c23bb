//! Judges any HTTP server, in any language, on how it stops.
//!
//! `seed -> Plan -> World -> History -> Check -> Finding -> Verdict -> Report`
//!
//! The program `lastorders` is a thin shell around this library. A test makes the same run with one
//! call. A Rust server's test names its program as `env!("CARGO_BIN_EXE_my-server")`; this example
//! judges a server in Python:
//!
//! ```no_run
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use lastorders_harness::{Catalogue, Subject};
//!
//! let report = Subject::command("python3")
//!     .args(["server.py"])
//!     .run(Catalogue::all().only(&["contract/health-ok"]))
//!     .await?;
//! report.assert_passed(); // panics with the expected, the actual, and the timeline
//! # Ok(())
//! # }
//! ```
//!
//! [`Subject::run`] is the short form; a [`Judge`] takes options, such as a seed or a Postgres.
//!
//! The data model (plans, histories, checks, scenarios) is the crate [`lastorders_model`].
//!
//! Each module depends only on modules above it in this list:
//!
//! * `cancel`: a request to stop
//! * `guard`: a process that cleans up if this program is killed
//! * [`command`]: how the judge finds, describes and stops programs
//! * [`subject`]: the server to be judged: how it is named, recognised, built
//! * [`postgres`]: where Postgres comes from
//! * [`store`]: the database of one scenario: gates, the proxy, the rows
//! * [`world`]: runs a plan against a real process
//! * [`run`]: one server, one Postgres, and the chosen scenarios side by side
//! * [`report`]: the results, for people and for programs
//! * `judge`: [`Judge`] runs a [`Subject`] and returns a [`Report`]
//! * [`cli`]: the program `lastorders`

mod cancel;
pub mod cli;
pub mod command;
mod guard;
mod judge;
pub mod postgres;
pub mod report;
pub mod run;
pub mod store;
pub mod subject;
pub mod world;

pub use self::cancel::Cancel;
pub use self::judge::{Judge, JudgeError};
pub use self::report::Report;
pub use self::subject::Subject;
pub use lastorders_model::scenario::Catalogue;
