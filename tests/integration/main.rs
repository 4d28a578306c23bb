//! x
mod killed;
mod postgres;
mod store;
