/// One socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Socket {
    pub(crate) local: u16,
    pub(crate) remote: u16,
    /// Bytes that the process has written and the peer's kernel has not acknowledged.
    pub(crate) unsent: u64,
    /// Bytes that the process has not read.
    pub(crate) unread: u64,
    /// 0 if no process has the socket open, as in the accept queue.
    pub(crate) inode: u64,
}
