//! The state that the driver, every connection and every handle of a server share.
//!
//! * `server`: [`ServerState`], one for each `serve`: the shutdown machine, the flags that the
//!   machine has set so far, and the lists of connections and tracked tasks.
//! * `tasks`: [`TaskEntry`], a tracked task.
//! * `buffers`: [`BufferBudget`], the number of connections that hold buffers.
//! * `conn`: [`Conn`], one connection: its machine, its task and its requests.
//! * `notes`: inputs of one connection that wait for its lock.
//! * `hooked`: the places where a simulator takes part.
//! * `requests`: the requests in flight on one connection, for the report.
//!
//! # Lock order
//!
//! A thread that holds one of these locks may take only a lock with a higher number:
//!
//! 1. the list of connections, or the list of tracked tasks, never both
//! 2. one connection
//! 3. the shutdown machine
//! 4. the shutdown request of a handle
//!
//! No thread holds a lock across an await point, while a connection calls a waker, or while the
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
