use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::JoinHandle;

/// How many bytes of each stream are kept. The end is kept, because errors are usually there.
const KEPT: usize = 16 << 10;

/// Reads a stream of any length to its end, and keeps a bounded tail.
#[derive(Debug)]
pub(super) struct Tail {
    kept: Arc<Mutex<Kept>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: VecDeque<u8>,
    total: u64,
}

impl Tail {
    pub(super) fn of(stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let task = tokio::spawn(read(stream, Arc::clone(&kept)));
        Self { kept, task }
    }

    /// The kept bytes as text, after a line that counts the bytes that were cut.
    pub(super) fn text(&self) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.bytes.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match kept.total - kept.bytes.len() as u64 {
            0 => text,
            cut => format!("[{cut} bytes before this are not kept]\n{text}"),
        }
    }

    /// Waits for the end of the stream. Cancel safe.
    pub(super) async fn ended(&mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(mut stream: impl AsyncRead + Unpin, kept: Arc<Mutex<Kept>>) {
    let mut buffer = vec![0; KEPT];
    while let Ok(n) = stream.read(&mut buffer).await
        && n > 0
    {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.total += n as u64;
        kept.bytes.extend(&buffer[..n]);
        let excess = kept.bytes.len().saturating_sub(KEPT);
        kept.bytes.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tail_keeps_the_end_of_a_stream_and_counts_the_cut_bytes() {
        let flood = [b"x".repeat(3 * KEPT), b"the end".to_vec()].concat();
        let mut tail = Tail::of(std::io::Cursor::new(flood));
        (&mut tail.task).await.unwrap();
        let text = tail.text();
        assert!(text.ends_with("xthe end"), "{}", &text[text.len() - 20..]);
        assert!(text.starts_with(&format!("[{} bytes before", 2 * KEPT + 7)));
    }
}
