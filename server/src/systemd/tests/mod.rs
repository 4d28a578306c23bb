//! * `manager`: who is told, in place of systemd.
//! * `news`: what is told, and when, on a paused clock.
//! * `environment`: who is meant.
//! * `descriptors`: what may be taken over, and what not.

mod descriptors;
mod environment;
mod manager;
mod news;
