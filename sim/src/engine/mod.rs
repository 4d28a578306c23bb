//! Two simulated networks and clocks behind one trait, so that a world can be generic over them.
//!
//! A world gets a [`Net`] and nothing else: time, tasks, sockets and links are all behind it. One
//! run is one thread, and two runs of the same seed and the same world are the same to the byte.
//!
//! * `net`: the traits, [`Engine`] and [`Net`]
//! * `setup`: what a run is given, [`Setup`], and its hosts, [`Host`]
//! * `kind`: which engine, [`EngineKind`]
//! * `ended`: how a run came to its end, [`Ended`]
//! * `task`: a spawned task's handle, [`Task`]
//! * `sockets`: a look at a host's sockets, [`Socket`]
//! * `tap`: every packet, as it is sent, delivered or lost
//! * `panics`: panics are recorded, not printed, while a run is under way
//! * [`event`]: the engine [`Event`], which jumps from one event to the next
//! * [`turmoil`]: the engine [`Turmoil`], a second opinion

mod ended;
pub mod event;
mod kind;
mod net;
mod panics;
mod setup;
mod sockets;
pub mod tap;
mod task;
pub mod turmoil;

pub use self::ended::Ended;
pub use self::event::Event;
pub use self::kind::{EngineKind, UnknownEngine};
pub use self::net::{Engine, Net};
pub use self::setup::{Host, Setup};
pub use self::sockets::{Socket, SocketState};
pub use self::task::{Stopped, Task};
pub use self::turmoil::Turmoil;
