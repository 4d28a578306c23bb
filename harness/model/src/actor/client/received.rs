use crate::history::{Answer, End};

/// The outcome of waiting for a response.
#[derive(Debug)]
pub enum Received {
    /// A whole response.
    Answer(Answer),
    /// No response arrived, or an incomplete one.
    End {
        /// The reason for the end.
        by: End,
        /// The bytes of the response that had arrived. Over HTTP/2 only bytes of the body count,
        /// and the number is at least 1 after the head.
        got: u64,
        /// The status, if the head had arrived.
        status: Option<u16>,
    },
}

impl Received {
    pub(super) fn end(by: End, got: usize, status: Option<u16>) -> Self {
        Self::End { by, got: got as u64, status }
    }
}
