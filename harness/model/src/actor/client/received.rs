use crate::history::{Answer, End};

/// The outcome of waiting for a response.
#[derive(Debug)]
pub enum Received {
    /// A whole response.
    Answer(Answer),
    /// The response did not come, or not completely.
    End {
        /// What ended it.
        by: End,
        /// How many bytes of the response had come. Over HTTP/2 these are bytes of its body, and
        /// at least 1 once its head has come.
        got: u64,
        /// The status, once it is known.
        status: Option<u16>,
    },
}

impl Received {
    pub(super) fn end(by: End, got: usize, status: Option<u16>) -> Self {
        Self::End { by, got: got as u64, status }
    }
}
