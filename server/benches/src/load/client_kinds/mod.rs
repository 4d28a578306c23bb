//! The behaviour of each kind of client, one a file. Each client ends when it is refused, or after
//! its last request.

pub(super) mod fresh;
pub(super) mod half_head;
pub(super) mod http2;
pub(super) mod kept_alive;
pub(super) mod pipelined;
pub(super) mod poster;
pub(super) mod slow_reader;
pub(super) mod vanishing;

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: subject\r\n\r\n";
