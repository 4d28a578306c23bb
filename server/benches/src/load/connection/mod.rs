//! A client that reports the exact outcome of each request.
//!
//! * [`Connection`]: HTTP/1.1 over one TCP connection, step by step
//! * [`Answer`]: a complete answer
//! * [`Loss`], [`NotOpened`]: the other outcomes

mod answer;
mod http1;
mod loss;

pub use answer::Answer;
pub use http1::{Connection, NotOpened};
pub use loss::Loss;

#[cfg(test)]
mod tests;
