use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::run_context::RunContext;
use crate::plan::{Fault, Gate, LetGo, PooledStep, Signal, Step, Target};

/// The operations that actors need from a world: its clock, connections, server and store.
///
/// One world has a process, sockets and Postgres. Another world has a simulated network and a clock
/// that jumps. An actor does not know its world, and records the result of each call. So an
/// implementation must not record these calls.
///
/// Times are microseconds of the clock that the run's [`Recorder`](super::Recorder) reads. An error
/// with a text ends the run, which then proves nothing. Such an error is a failure of the *world*,
/// never an act of the server.
///
/// Every future is cancel safe: a caller may drop it at any time.
pub trait World: Send + Sync + Sized + 'static {
    /// A client's end of a connection. Shutdown sends FIN, and reads continue to work. Drop closes
    /// the connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits until the clock reaches `at_us`, which may lie in the past.
    fn sleep_until_us(&self, at_us: u64) -> impl Future<Output = ()> + Send;

    /// Connects a new stream to the server. Also returns the client's port, which identifies the
    /// connection in [`snapshot`](Self::snapshot). `actor` is the actor that connects; for probes
    /// of `AwaitDraining` this is the operator. The caller bounds the wait.
    fn connect(&self, actor: &str) -> impl Future<Output = io::Result<(Self::Stream, u16)>> + Send;

    /// Closes a stream with RST instead of FIN.
    fn reset(&self, stream: Self::Stream);

    /// Prepares for a signal. Called before each signal, and before any record of the signal.
    fn brace(&self) {}

    /// The current contents of kernel buffers for these connections. Each connection has its
    /// client's port and its name `actor@n`. Called before the first signal.
    ///
    /// # Errors
    ///
    /// When the world cannot read the buffers' state.
    fn snapshot(&self, conns: &[(u16, String)]) -> Result<Snapshot, String>;

    /// Sends a signal. Does nothing if the server has ended.
    fn signal(&self, signal: Signal, target: Target);

    /// The worst delay of the world's timers since the last call, in microseconds. `None` if the
    /// world measures no delays, as in virtual time.
    fn take_lag_us(&self) -> Option<u64> {
        None
    }

    /// Stops every thread of the server. Completes when all threads have stopped.
    fn freeze(&self) -> impl Future<Output = Result<(), String>> + Send;

    /// Lets a stopped server run again.
    fn thaw(&self);

    /// Whether the server has ended.
    fn has_exited(&self) -> bool;

    /// Waits for the server's end.
    fn exited(&self) -> impl Future<Output = Exit> + Send;

    /// Waits until nothing listens on the server's port.
    fn listener_gone(&self) -> impl Future<Output = ()> + Send;

    /// The residue of the server. After the server's exit, this first gives processes that end
    /// because of the exit a moment to do so.
    fn residue(&self) -> impl Future<Output = Result<Residue, String>> + Send;

    /// Kills the server with all its processes, and waits for their end.
    fn kill(&self) -> impl Future<Output = ()> + Send;

    /// Closes a gate. No request passes the gate once the future has completed.
    fn hold(&self, gate: Gate) -> impl Future<Output = Result<(), String>> + Send;

    /// Waits until `wanted` requests are proved to wait at the gate that was closed last, or until
    /// no more come, for at most `within`. Returns the number of waiting requests.
    fn await_held(
        &self,
        wanted: u32,
        within: Duration,
    ) -> impl Future<Output = Result<u32, String>> + Send;

    /// Opens every gate, or lets one request pass.
    fn let_go(&self, what: LetGo) -> impl Future<Output = Result<(), String>> + Send;

    /// Breaks the store.
    fn fault(&self, fault: Fault) -> impl Future<Output = Result<(), String>> + Send;

    /// Runs the script of a [`Role::PooledClient`](crate::plan::Role::PooledClient). A world
    /// without an HTTP library keeps the default, which ends the run without proof.
    fn pooled(
        context: &Arc<RunContext<Self>>,
        actor: &str,
        workers: u32,
        steps: &[Step<PooledStep>],
    ) -> impl Future<Output = ()> + Send {
        let step = format!("run `{actor}`, {workers} workers with {} steps", steps.len());
        context.abandon_by_world(&step, "this world has no clients that share a pool");
        std::future::ready(())
    }
}

/// The contents of kernel buffers at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Connections with bytes that the server had not read, and connections that the world knows
    /// nothing about.
    pub unread: BTreeSet<String>,
    /// Connections that the server had not accepted.
    pub unaccepted: BTreeSet<String>,
}

/// The end of the server's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// The status, if the process exited.
    pub code: Option<i32>,
    /// The signal, if a signal ended the process.
    pub signal: Option<i32>,
}

/// The residue of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Residue {
    /// Processes that the server had started and that still run, as `pid name`.
    pub processes: Vec<String>,
    /// Whether a socket still listens on the server's port.
    pub listening: bool,
}
