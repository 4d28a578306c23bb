//! * `manager`: a receiver of messages, in place of systemd.
//! * `messages`: each message and its time, on a paused clock.
//! * `environment`: the variables of the environment.
//! * `descriptors`: the descriptors that may be taken over.

mod descriptors;
mod environment;
mod manager;
mod messages;
