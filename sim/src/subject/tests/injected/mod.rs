//! What each injected bug of the server does that our server does not: for a build with
//! `--cfg lastorders_sim`.

mod bugs;
mod timing;
