//! The state that the driver, every connection and every handle of a server share.
//!
//! * `server`: [`ServerState`], one for each `serve`: the shutdown machine, the flags that the
//!   machine has set so far, and the lists of connections and tracked tasks.
//! * `buffers`: [`BufferBudget`], the number of connections that hold buffers.
//! * `conn`: [`Conn`], one connection: its machine, its task and its requests.
//! * `notes`: inputs of one connection that wait until a thread locks the connection.
//! * `requests`: the requests in flight on one connection, for the report.
//! * `hooked`: the places where a simulator takes part.
//!
//! # Lock order
//!
//! A thread holds one of these locks at a time:
//!
//! * one connection
//! * the shutdown machine
//! * the list of connections
//! * the list of tracked tasks
//! * the shutdown request of a handle
//!
//! There is one exception: a thread that holds a connection locks the shutdown machine, so that the
//! machine gets the inputs of a connection in order. The list of connections is never locked
//! meanwhile: a connection leaves the list after its own lock was released.
//!
//! No thread holds a lock across an await point, or while it wakes a task of a connection or a
//! tracked task. The only code of the application that runs under a lock is
//! [`Clock::now`](crate::Clock::now).

mod buffers;
mod conn;
mod hooked;
mod notes;
mod requests;
mod server;

pub(crate) use buffers::BufferBudget;
pub(crate) use conn::Conn;
pub(crate) use server::{ServerState, TaskEntry};
