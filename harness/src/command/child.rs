use std::collections::VecDeque;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Child;
use tokio::task::JoinHandle;

/// Which part of a stream is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keep {
    /// The first bytes, up to this many: for output that the judge parses.
    Head(usize),
    /// The last bytes, up to this many: for output that people read.
    Tail(usize),
}

/// Reads a stream to its end, and keeps a bounded part. Dropping the future loses the read bytes.
pub(crate) async fn drain(stream: impl AsyncRead + Unpin, keep: Keep) -> Vec<u8> {
    let mut stream = stream;
    let mut kept = VecDeque::new();
    let mut chunk = vec![0; 16 * 1024];
    while let Ok(n @ 1..) = stream.read(&mut chunk).await {
        match keep {
            Keep::Head(most) => {
                let room = most.saturating_sub(kept.len());
                kept.extend(&chunk[..n.min(room)]);
            }
            Keep::Tail(most) => {
                kept.extend(&chunk[..n]);
                let over = kept.len().saturating_sub(most);
                kept.drain(..over);
            }
        }
    }
    kept.into()
}

/// A process group. Dropping this kills the processes that are left in the group.
#[derive(Debug)]
pub(crate) struct Group(Option<Pid>);

impl Group {
    /// The group that this child leads.
    pub(crate) fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(id.cast_signed())))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // This fails only if no process is left.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// The bytes that a reader has kept. Empty if a process outside the group keeps the stream open.
pub(crate) async fn gather(reader: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    let Some(reader) = reader else { return Vec::new() };
    match tokio::time::timeout(Duration::from_secs(2), reader).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn drain_keeps_no_more_than_its_bound() {
        let flood = vec![b'x'; 100_000];
        assert_eq!(drain(&flood[..], Keep::Tail(10)).await.len(), 10);
        assert_eq!(drain(&flood[..], Keep::Head(10)).await.len(), 10);
        assert_eq!(drain(&b"abc"[..], Keep::Tail(2)).await, b"bc");
        assert_eq!(drain(&b"abc"[..], Keep::Head(2)).await, b"ab");
    }
}
