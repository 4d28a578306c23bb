//! Connections whose clean close cannot be written, because the peer does not read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};

use crate::listener::Listener;
use crate::testing::{Gate, MemoryListener, Rig, ms};
use crate::{Policy, ShutdownHandle};

/// Acts like TLS with a peer that does not read: its closing message cannot be written.
struct Stuck(DuplexStream);

impl AsyncRead for Stuck {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stuck {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

struct StuckListener(MemoryListener);

impl Listener for StuckListener {
    type Io = Stuck;
    type Addr = ();

    async fn accept(&mut self) -> io::Result<(Stuck, ())> {
        let (io, ()) = self.0.accept().await?;
        Ok((Stuck(io), ()))
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The connection must be cut at the deadline, and must not busy-loop until then.
#[tokio::test(start_paused = true)]
async fn stuck_close_from_before_the_signal_is_cut_at_the_deadline() {
    let shutdown = ShutdownHandle::new();
    let app = Gate::new().app(shutdown.clone());
    let policy = Policy::default();
    let mut rig = Rig::behind(policy, app, StuckListener, |serve| {
        serve.shutdown_handle(shutdown).park_beyond(0)
    });
    let mut used = rig.connect();
    used.get("/").await;
    used.answer().await;
    // Wait until the connection is parked, so that the client's end is read before hyper resumes.
    for _ in 0..3 {
        tokio::time::advance(ms(1_000)).await;
        crate::testing::settle().await;
    }
    used.0.shutdown().await.expect("the connection is open");
    rig.terminate().await;
    let report = rig.report().await;
    assert!(!report.clean);
    assert_eq!(report.took_ms, 8_000);
}
