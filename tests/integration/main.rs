//! The three parts together, against real servers and a real Postgres.
//!
//! * `bad_input/`: what goes wrong outside of us
//! * `both_worlds`: the simulator's verdicts beside the real world's, scenario by scenario
//! * `built`: the workspace's programs, built as they are now
//! * `judge/`: the judge against servers whose faults are known
//! * `killed`: what a killed harness leaves behind, and who removes it
//! * `postgres`: where Postgres comes from, each rung of the ladder for real
//! * `rules/`: what holds of the source itself: who may depend on whom, and how large things are
//! * `simulated`: the whole way of a bug from a seed to the real binary
//! * `store`: gates, the proxy and the count of rows, against a real Postgres

mod bad_input;
mod both_worlds;
mod built;
mod judge;
mod killed;
mod postgres;
mod rules;
mod simulated;
mod store;
