//! x
mod postgres;
