//! The state that the driver, every connection and every handle share.
//!
//! * `server`: [`ServerState`], one for each `serve`: the shutdown machine, the flags that the machine
//!   has set so far, and the lists of connections and tracked tasks.
//! * `tasks`: [`TaskEntry`], a tracked task.
//! * `buffers`: [`BufferBudget`], how many connections hold buffers.
//! * `conn`: [`Conn`], one connection: its machine and all that surrounds it.
//! * `notes`: inputs of one connection that wait for its lock.
//! * `hooked`: the places where a simulator takes part.
//! * `requests`: the requests in flight on one connection, as a report names them.
//!
//! # Lock order
//!
//! A thread that holds one of these locks may take only those that stand after it:
//!
//! 1. the list of connections, the list of tracked tasks (never both)
//! 2. one connection
//! 3. the shutdown machine
//! 4. what a handle has asked for
//!
//! No lock is held across an await point, while a waker is called by a connection, or while an
//! application's code runs.

mod buffers;
mod conn;
mod hooked;
mod notes;
mod requests;
mod server;
mod tasks;

pub(crate) use buffers::BufferBudget;
pub(crate) use conn::Conn;
pub(crate) use server::ServerState;
pub(crate) use tasks::TaskEntry;
