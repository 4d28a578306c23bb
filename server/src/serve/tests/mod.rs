//! The whole server on a paused clock and in-memory connections.

mod closing;
mod deadline;
mod endless;
mod entrance;
#[cfg(feature = "http2")]
mod http2;
#[cfg(feature = "http2")]
mod http2_streams;
#[cfg(feature = "http2")]
mod http2_tunnels;
mod in_flight;
mod lame_duck;
mod log;
#[cfg(feature = "metrics")]
mod metrics;
mod parking;
mod pipelined;
mod release;
#[cfg(feature = "reference")]
mod report;
mod seal;
mod shapes;
mod stalled;
mod streams;
mod tasks;
mod tunnels;
mod upgraded;
mod write_side;
