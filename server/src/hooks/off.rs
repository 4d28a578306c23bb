use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::HookedConn;
use crate::drain::{
    Action, ConnAction, ConnInput, Connection, Effect, Input, Machine, ShutdownFlags,
};
use crate::listener::{Listener, SealContext, SealMethod};

/// Whether the hooks need every call of a connection's machine, also those that have no effect
/// while the server serves.
#[inline(always)]
pub(crate) const fn is_active() -> bool {
    false
}

/// The hook around the shutdown machine, which passes each call on.
#[derive(Debug, Default)]
pub(crate) struct ShutdownHook;

impl ShutdownHook {
    /// The server begins to serve, with this number of resources to release at the end.
    #[inline(always)]
    pub(crate) fn begin(&mut self, _resources: usize) {}

    #[inline(always)]
    pub(crate) fn handle(&mut self, machine: &mut Machine, now: Duration, input: Input) {
        machine.handle(now, input);
    }

    #[inline(always)]
    pub(crate) fn next_action(&mut self, machine: &mut Machine) -> Option<Action> {
        machine.next_action()
    }

    #[inline(always)]
    pub(crate) fn has_actions(&self, machine: &Machine) -> bool {
        machine.has_actions()
    }
}

#[inline(always)]
pub(crate) fn conn_handle(
    machine: &mut Connection,
    flags: ShutdownFlags,
    input: ConnInput,
) -> Effect {
    machine.handle(flags, input)
}

#[inline(always)]
pub(crate) fn conn_next_action(
    machine: &mut Connection,
    now: Duration,
    flags: ShutdownFlags,
) -> ConnAction {
    machine.next_action(now, flags)
}

/// The hook around the reads of one connection.
#[derive(Debug, Default)]
pub(crate) struct ReadHook;

impl ReadHook {
    #[inline(always)]
    pub(crate) fn poll_read<I: AsyncRead + AsyncWrite, C: HookedConn>(
        &mut self,
        io: Pin<&mut I>,
        _conn: &C,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        io.poll_read(cx, buf)
    }
}

#[inline(always)]
pub(crate) fn poll_write<I: AsyncWrite>(
    io: Pin<&mut I>,
    cx: &mut Context<'_>,
    buf: &[u8],
) -> Poll<io::Result<usize>> {
    io.poll_write(cx, buf)
}

#[inline(always)]
pub(crate) fn poll_write_vectored<I: AsyncWrite>(
    io: Pin<&mut I>,
    cx: &mut Context<'_>,
    bufs: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    io.poll_write_vectored(cx, bufs)
}

#[inline(always)]
pub(crate) async fn seal<L: Listener>(listener: L, context: SealContext<L>) -> SealMethod {
    listener.seal(context).await
}

#[inline(always)]
pub(crate) async fn before_action() {}

#[inline(always)]
pub(crate) async fn before_event() {}
