//! Differences between our server with each injected bug and without, in a build with `--cfg
//! lastorders_sim`.

mod bugs;
mod timing;
