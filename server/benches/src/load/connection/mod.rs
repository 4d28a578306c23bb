//! A client that tells exactly what became of each request.
//!
//! * [`Connection`]: HTTP/1.1 over one TCP connection, step by step
//! * [`Answer`]: a complete answer
//! * [`Loss`], [`NotOpened`]: what else can happen

mod answer;
mod http1;
mod loss;

pub use answer::Answer;
pub use http1::{Connection, NotOpened};
pub use loss::Loss;

#[cfg(test)]
mod tests;
