//! Judges any HTTP server, in any language, on how it stops.
//!
//! `seed -> Plan -> World -> History -> Check -> Finding -> Verdict -> Report`
//!
//! The program `lastorders` is a thin shell around this; a test does the same in one call. In the
//! tests of a Rust server the command is `env!("CARGO_BIN_EXE_my-server")`; here it is a server in
//! Python:
//!
//! ```no_run
//! # #[cfg(feature = "real")]
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use lastorders_harness::scenario::Catalogue;
//! use lastorders_harness::subject::Subject;
//!
//! let report = Subject::command("python3")
//!     .args(["server.py"])
//!     .run(Catalogue::all().only(&["contract/health-ok"]))
//!     .await?;
//! report.assert_passed(); // panics with what was expected, what was seen, and the timeline
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "real"))]
//! # fn main() {}
//! ```
//!
//! Pure, and all there is without features:
//!
//! * [`plan`]: everything that is done to the server in one run, as data
//! * [`history`]: everything that was observed, as data
//! * [`check`]: one invariant a file, and what findings amount to
//! * [`scenario`]: the catalogue of claims, each a function that makes a plan
//! * [`exit`]: the exit codes of our programs
//! * [`timeline`](mod@timeline): the picture of one run: who did what around the signal
//! * [`terminal`]: text that is fit for a terminal
//!
//! With the feature `actors`, which is no world yet:
//!
//! * `actor`: carries out the scripts of a plan, in any world
//!
//! With `real`, which turns that on too:
//!
//! * `guard`: a process that puts away what we leave when we are killed
//! * `postgres`: where Postgres comes from
//! * `store`: what the judge does with it in one scenario: gates, the proxy, the rows
//! * `world`: carries out a plan against a real process
//! * `run`: a server, a Postgres, and the chosen scenarios side by side
//! * `subject`: the server that is to be judged: named, recognised, built
//! * `report`: what came of it, for people and for programs
//! * `cli`: the program `lastorders`

#[cfg(feature = "actors")]
pub mod actor;
pub mod check;
#[cfg(feature = "real")]
pub mod cli;
pub mod exit;
#[cfg(feature = "real")]
mod guard;
pub mod history;
pub mod plan;
#[cfg(feature = "real")]
pub mod postgres;
#[cfg(feature = "real")]
pub mod report;
#[cfg(feature = "real")]
pub mod run;
pub mod scenario;
#[cfg(feature = "real")]
pub mod store;
#[cfg(feature = "real")]
pub mod subject;
pub mod terminal;
pub mod timeline;
#[cfg(feature = "real")]
pub mod world;
