//! Socket options that neither the standard library nor rustix offers.
//!
//! All unsafe code of the crate is in this file: one call that sets an option, and one that reads
//! an option.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr;

use libc::{sock_filter, sock_fprog, socklen_t};

/// Attaches a program that chooses the socket of a group for a new connection, by index
/// (`socket(7)`, `SO_ATTACH_REUSEPORT_CBPF`). For an index without a socket the kernel chooses. Any
/// socket of the group can attach the program, which replaces the one before.
///
/// A listening socket without a group is refused with `EINVAL`.
pub(super) fn attach_to_group(socket: impl AsFd, program: &[sock_filter]) -> io::Result<()> {
    attach(socket, libc::SO_ATTACH_REUSEPORT_CBPF, program)
}

/// Detaches the program from the socket's group. Since Linux 5.3.
pub(super) fn detach_from_group(socket: impl AsFd) -> io::Result<()> {
    set(socket, libc::SOL_SOCKET, libc::SO_DETACH_REUSEPORT_BPF, &0_i32)
}

/// Attaches a program that returns how many bytes of a segment the socket gets; 0 drops the segment
/// (`SO_ATTACH_FILTER`).
///
/// Recent kernels demand `CAP_NET_ADMIN` over the network namespace of a TCP socket (Linux commit
/// 5d39580f68e6).
pub(super) fn attach_filter(socket: impl AsFd, program: &[sock_filter]) -> io::Result<()> {
    attach(socket, libc::SO_ATTACH_FILTER, program)
}

/// Detaches the filter from the socket.
pub(super) fn detach_filter(socket: impl AsFd) -> io::Result<()> {
    set(socket, libc::SOL_SOCKET, libc::SO_DETACH_FILTER, &0_i32)
}

/// How many connections wait in a listening socket's accept queue: `tcpi_unacked` of `tcp_info`,
/// which has this meaning for listening sockets.
pub(super) fn accept_queue(socket: impl AsFd) -> io::Result<u32> {
    // In `linux/tcp.h`, eight single bytes and four times four bytes precede the field.
    let info: [u8; 28] = get(socket, libc::IPPROTO_TCP, libc::TCP_INFO)?;
    let [.., a, b, c, d] = info;
    Ok(u32::from_ne_bytes([a, b, c, d]))
}

/// The index of the network device that a socket is bound to; 0 when it is bound to none. Since
/// Linux 5.1.
pub(super) fn bound_device(socket: impl AsFd) -> io::Result<u32> {
    get(socket, libc::SOL_SOCKET, libc::SO_BINDTOIFINDEX).map(u32::from_ne_bytes)
}

/// The cookie that identifies the socket's network namespace. Since Linux 5.14.
pub(super) fn network_namespace(socket: impl AsFd) -> io::Result<u64> {
    get(socket, libc::SOL_SOCKET, libc::SO_NETNS_COOKIE).map(u64::from_ne_bytes)
}

/// Sets `TCP_DEFER_ACCEPT`: handshakes stay under way until the client has sent data. `false`
/// resets the option.
#[cfg(test)]
pub(super) fn defer_accept(socket: impl AsFd, defer: bool) {
    let seconds = if defer { 10_i32 } else { 0 };
    set(socket, libc::IPPROTO_TCP, libc::TCP_DEFER_ACCEPT, &seconds).expect("a TCP socket");
}

/// The state of a TCP socket, as `tcp_states.h` numbers them.
#[cfg(test)]
pub(super) fn state(socket: impl AsFd) -> u8 {
    let [state] = get(socket, libc::IPPROTO_TCP, libc::TCP_INFO).expect("a TCP socket");
    state
}

fn attach(socket: impl AsFd, option: c_int, program: &[sock_filter]) -> io::Result<()> {
    let len = u16::try_from(program.len()).map_err(io::Error::other)?;
    // The kernel only reads the program: `filter` is mutable in name only.
    set(socket, libc::SOL_SOCKET, option, &sock_fprog { len, filter: program.as_ptr().cast_mut() })
}

/// `value` is a number, or a [`sock_fprog`] whose program outlives this call.
fn set<T>(socket: impl AsFd, level: c_int, option: c_int, value: &T) -> io::Result<()> {
    let length = socklen_t::try_from(size_of::<T>()).map_err(io::Error::other)?;
    let value = ptr::from_ref(value).cast();
    #[expect(unsafe_code, reason = "no library offers these options")]
    // SAFETY: `value` and `length` describe a live value, which the kernel copies and does not
    // write to. If `T` holds a pointer, `T` is a `sock_fprog` that `attach` made from a slice, and
    // the slice is borrowed until this call returns. The kernel copies `len` instructions and keeps
    // none of our memory. The descriptor is borrowed, so it is open.
    let result =
        unsafe { libc::setsockopt(socket.as_fd().as_raw_fd(), level, option, value, length) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Reads an option's value, which must have exactly `N` bytes.
fn get<const N: usize>(socket: impl AsFd, level: c_int, option: c_int) -> io::Result<[u8; N]> {
    let mut value = [0; N];
    let mut length = socklen_t::try_from(N).map_err(io::Error::other)?;
    #[expect(unsafe_code, reason = "no library offers these options")]
    // SAFETY: the kernel writes at most `length` bytes to `value`, which has that many, and stores
    // their number in `length`. Both live until the call returns. Bytes have no invalid values. The
    // descriptor is borrowed, so it is open.
    let result = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            level,
            option,
            value.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    if usize::try_from(length) != Ok(N) {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the kernel returned fewer bytes than asked for",
        ));
    }
    Ok(value)
}
