//! The clients, one kind a file: each writes the script of one client.

mod aborting;
mod chatty;
mod half_closing;
mod http2;
mod keep_alive;
mod one_shot;
mod pipelined;
mod preconnect;
mod silent;
mod slow_body;
mod slow_head;
mod slow_reader;
mod upgraded;
mod write;

pub(super) use self::write::write;
