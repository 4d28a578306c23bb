//! The state that the driver, every connection and every handle share.
//!
//! * `server`: [`ServerState`], one for each `serve`: the shutdown machine, the flags that the machine
//!   has set so far, and the lists of connections and tracked tasks.
//! * `tasks`: [`TaskEntry`], a tracked task.
//! * `buffers`: [`BufferBudget`], how many connections hold buffers.
//! * `conn`: [`Conn`], the state of one connection, and `conn_flags`, its bits.
//! * `in_flight`: the requests in flight on one connection.
//!
//! # Lock order
//!
//! A thread that holds one of these locks may take only those that stand after it:
//!
//! 1. the list of connections, the list of tracked tasks (never both)
//! 2. the requests of one connection
//! 3. the shutdown machine
//! 4. what a handle has asked for
//!
//! No lock is held across an await point, while a waker is called by a connection, or while an
//! application's code runs.

mod buffers;
mod conn;
mod conn_flags;
mod in_flight;
mod server;
mod tasks;
mod verdict;

pub(crate) use buffers::BufferBudget;
pub(crate) use conn::Conn;
pub(crate) use server::ServerState;
pub(crate) use tasks::TaskEntry;
pub(crate) use verdict::Verdict;
