//! Judges any HTTP server, in any language, on how it stops.
//!
//! `seed -> Plan -> World -> History -> Check -> Finding -> Verdict -> Report`
//!
//! The program `lastorders` is a thin shell around this; a test does the same in one call. In the
//! tests of a Rust server the command is `env!("CARGO_BIN_EXE_my-server")`; here it is a server in
//! Python:
//!
//! ```no_run
//! # //! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use lastorders_model::scenario::Catalogue;
//! use lastorders_harness::subject::Subject;
//!
//! let report = Subject::command("python3")
//!     .args(["server.py"])
//!     .run(Catalogue::all().only(&["contract/health-ok"]))
//!     .await?;
//! report.assert_passed(); // panics with what was expected, what was seen, and the timeline
//! # Ok(())
//! # }
//! ```
//!
//! The data model (plans, histories, checks, scenarios) is the crate [`lastorders_model`].
//!
//! * `guard`: a process that puts away what we leave when we are killed
//! * [`postgres`]: where Postgres comes from
//! * [`store`]: what the judge does with it in one scenario: gates, the proxy, the rows
//! * [`world`]: carries out a plan against a real process
//! * [`run`]: a server, a Postgres, and the chosen scenarios side by side
//! * [`subject`]: the server that is to be judged: named, recognised, built
//! * [`report`]: what came of it, for people and for programs
//! * [`cli`]: the program `lastorders`

pub mod cli;
mod guard;
pub mod postgres;
pub mod report;
pub mod run;
pub mod store;
pub mod subject;
pub mod world;
