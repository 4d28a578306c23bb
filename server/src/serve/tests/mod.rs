//! Tests of the whole server, on a paused clock and in-memory connections.

mod accept_state;
mod buffer_budget;
mod closing;
mod deadline;
mod endless;
mod events;
#[cfg(feature = "http2")]
mod http2;
mod in_flight;
mod lame_duck;
mod log;
#[cfg(feature = "metrics")]
mod metrics;
mod pipelined;
mod release;
mod report;
mod request_body;
mod script;
mod scripts;
mod seal;
mod shapes;
mod stalled;
mod stuck;
mod tasks;
mod unflushed;
mod upgraded;
mod write_side;
