//! Two simulated networks and clocks behind one trait, so that a world can be generic over them.
//!
//! A world gets a [`Net`] and nothing else: time, tasks, sockets and links are all behind it. One
//! run is one thread, and two runs of the same seed and the same world are the same to the byte.
//!
//! * `run`: the trait [`Engine`], the [`EngineKind`]s, and how a run ends, [`Ended`]
//! * `setup`: what a run is given, [`Setup`], and its hosts, [`Host`]
//! * `net`: the trait [`Net`], and what it returns: [`Task`], [`Socket`]
//! * `tap`: every packet, as it is sent, delivered or lost
//! * `panics`: panics are recorded, not printed, while a run is under way
//! * [`event`]: the engine [`Event`], which jumps from one event to the next
//! * [`turmoil`]: the engine [`Turmoil`], a second opinion

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
