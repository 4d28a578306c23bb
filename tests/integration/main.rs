//! x
mod postgres;
mod store;
