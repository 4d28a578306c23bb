//! Two simulated networks and clocks behind one trait, so that a world can be generic over both.
//!
//! A world holds a [`Net`] and nothing else: time, tasks, sockets and links are behind this trait.
//! A run uses one thread. Two runs of the same world with the same seed are equal to the byte.
//!
//! * `run`: the trait [`Engine`], the [`EngineKind`]s, and how a run ends, [`Ended`]
//! * `setup`: the input of a run, [`Setup`], and its hosts, [`Host`]
//! * `net`: the trait [`Net`], and the types it returns: [`Task`], [`Socket`]
//! * `tap`: observes each packet when it is sent, delivered or lost
//! * `panics`: records panics during a run instead of printing them
//! * [`event`]: the engine [`Event`], whose clock jumps from one event to the next
//! * [`turmoil`]: the engine [`Turmoil`], for a second opinion

pub mod event;
mod net;
mod panics;
mod run;
mod setup;
pub mod tap;
pub mod turmoil;

pub use self::event::Event;
pub use self::net::{Net, Socket, SocketState, Stopped, Task};
pub use self::run::{Ended, Engine, EngineKind, UnknownEngine};
pub use self::setup::{Host, Setup};
pub use self::turmoil::Turmoil;
