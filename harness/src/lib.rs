//! Judges any HTTP server, in any language, on how it stops.
//!
//! `seed -> Plan -> World -> History -> Check -> Finding -> Verdict -> Report`
//!
//! Pure, and all there is without the feature `real` (the simulator builds on these):
//!
//! * [`plan`]: everything that is done to the server in one run, as data
//! * [`history`]: everything that was observed, as data
//! * [`check`]: one invariant a file, and what findings amount to
//! * [`scenario`]: the catalogue of claims, each a function that makes a plan
//!
//! With it:
//!
//! * [`postgres`]: where Postgres comes from
//! * [`store`]: what the judge does with it in one scenario: gates, the proxy, the rows
//! * [`world`]: carries out a plan against a real process
//! * [`run`]: a server, a Postgres, and the chosen scenarios side by side
//! * [`subject`]: the server that is to be judged: named, recognised, built
//! * [`report`]: what came of it, for people and for programs
//! * [`cli`]: the program `lastorders`

pub mod check;
#[cfg(feature = "real")]
pub mod cli;
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
#[cfg(feature = "real")]
pub mod world;
