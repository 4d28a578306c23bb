//! Every server, in memory and on tokio's paused clock.
