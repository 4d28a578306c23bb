use std::env;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use rustix::io::{Errno, FdFlags, fcntl_getfd, fcntl_setfd};
use rustix::net::{AddressFamily, SocketType, getsockname, sockopt};
use tokio::net::{TcpListener, UnixListener};

use crate::listener::Shared;

/// The number of the first passed descriptor, as the protocol defines it.
const FIRST: RawFd = 3;

/// Takes over the listening sockets that systemd, or a predecessor of this process, has passed
/// (`LISTEN_FDS`, see `sd_listen_fds(3)`). The result is empty when no sockets were passed.
///
/// This function sets `FD_CLOEXEC`, so that no child inherits the sockets. It leaves the
/// environment unchanged. Children ignore the variables, because `LISTEN_PID` names this process.
///
/// # Errors
///
/// When a variable is invalid, or when a descriptor is not a listening TCP or Unix stream socket
/// that was open when this program started. A second call fails, because the sockets are taken by
/// then.
///
/// # Panics
///
/// When called outside of a tokio runtime with I/O enabled.
// The crate `listenfd` cannot replace this function. It supports no names, takes sockets that do
// not listen, and accepts an environment without `LISTEN_PID`. It also removes variables from the
// environment, which is unsound while other threads read them. Both `listenfd` and `sd-notify` set
// `FD_CLOEXEC` without reading the flag first. By that flag `adopt` distinguishes a descriptor that
// was passed from one that this process has opened.
pub fn sockets() -> Result<Sockets, SocketsError> {
    let passed = Passed::read(|name| env::var(name).ok(), std::process::id())?;
    passed.take(FIRST)
}

/// The listening sockets that were passed to this process, until a method takes them out.
///
/// Each listener is [`Shared`], because the process that passed the socket has it open too. Sealing
/// closes our copy only, and connections in the accept queue wait for the next process.
#[derive(Debug, Default)]
pub struct Sockets {
    tcp: Vec<(String, TcpListener)>,
    unix: Vec<(String, UnixListener)>,
}

impl Sockets {
    /// Whether no sockets are left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tcp.is_empty() && self.unix.is_empty()
    }

    /// Takes out the first TCP listener.
    pub fn tcp(&mut self) -> Option<Shared<TcpListener>> {
        take(&mut self.tcp, |_| true)
    }

    /// Takes out the first TCP listener with this name. The name is the `FileDescriptorName=` of
    /// the socket unit, by default the name of the unit.
    pub fn tcp_named(&mut self, name: &str) -> Option<Shared<TcpListener>> {
        take(&mut self.tcp, |it| it == name)
    }

    /// Takes out the first Unix listener.
    pub fn unix(&mut self) -> Option<Shared<UnixListener>> {
        take(&mut self.unix, |_| true)
    }

    /// Takes out the first Unix listener with this name.
    pub fn unix_named(&mut self, name: &str) -> Option<Shared<UnixListener>> {
        take(&mut self.unix, |it| it == name)
    }
}

fn take<L>(listeners: &mut Vec<(String, L)>, wanted: impl Fn(&str) -> bool) -> Option<Shared<L>> {
    let place = listeners.iter().position(|(name, _)| wanted(name))?;
    Some(Shared::new(listeners.remove(place).1))
}

/// Why the passed sockets cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketsError {
    /// A variable of the environment is invalid.
    #[error("cannot take over sockets: {name} is {value:?}; {expected}")]
    Environment {
        /// The name of the variable.
        name: &'static str,
        /// The value of the variable.
        value: String,
        /// The values that are valid.
        expected: &'static str,
    },
    /// A descriptor is no socket that can be served.
    #[error("cannot take over descriptor {fd}: it is {fault}")]
    Descriptor {
        /// Its number.
        fd: i32,
        /// The fault of the descriptor.
        fault: SocketFault,
    },
    /// A system call on a descriptor failed.
    #[error("cannot take over descriptor {fd}: {error}")]
    System {
        /// Its number.
        fd: i32,
        /// The error of the operating system.
        #[source]
        error: io::Error,
    },
}

/// Why a passed descriptor cannot be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SocketFault {
    /// The descriptor is not open.
    Closed,
    /// The descriptor has `FD_CLOEXEC`. So this program opened it itself, or has taken it over
    /// before.
    NotPassed,
    /// The descriptor is not a listening stream socket. In the socket unit, use `ListenStream=` and
    /// `Accept=no`.
    NotListening,
    /// The descriptor is a listening socket, but neither a TCP nor a Unix socket.
    OtherFamily,
}

impl fmt::Display for SocketFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "not open; pass as many as LISTEN_FDS says, beginning with 3",
            Self::NotPassed => "opened by this process or already taken over; call this once",
            Self::NotListening => "not a listening stream socket; use ListenStream= and Accept=no",
            Self::OtherFamily => "neither a TCP nor a Unix socket; use an address or a path",
        })
    }
}

/// The sockets that the environment announces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) names: Vec<String>,
}

impl Passed {
    pub(super) fn read(
        var: impl Fn(&str) -> Option<String>,
        pid: u32,
    ) -> Result<Self, SocketsError> {
        let fault = |name, value, expected| SocketsError::Environment { name, value, expected };
        let none = Self { names: Vec::new() };
        let (Some(listen_pid), Some(count)) = (var("LISTEN_PID"), var("LISTEN_FDS")) else {
            return Ok(none);
        };
        let Ok(parsed) = listen_pid.parse::<u32>() else {
            return Err(fault("LISTEN_PID", listen_pid, "expected the id of a process"));
        };
        if parsed != pid {
            return Ok(none);
        }
        let Ok(length) = count.parse::<u16>() else {
            return Err(fault("LISTEN_FDS", count, "expected a number of descriptors"));
        };
        let length = usize::from(length);
        let names = match var("LISTEN_FDNAMES") {
            // systemd's name for a descriptor without a name.
            None => vec!["unknown".to_owned(); length],
            Some(names) => {
                let split: Vec<_> = names.split(':').map(str::to_owned).collect();
                if split.len() != length {
                    let expected = "expected as many names as LISTEN_FDS says";
                    return Err(fault("LISTEN_FDNAMES", names, expected));
                }
                split
            }
        };
        Ok(Self { names })
    }

    pub(super) fn take(self, first: RawFd) -> Result<Sockets, SocketsError> {
        let mut sockets = Sockets::default();
        for (fd, name) in (first..).zip(self.names) {
            let system = |error| SocketsError::System { fd, error };
            let (socket, family) = adopt(fd)?;
            match family {
                AddressFamily::INET | AddressFamily::INET6 => {
                    let socket = std::net::TcpListener::from(socket);
                    socket.set_nonblocking(true).map_err(system)?;
                    sockets.tcp.push((name, TcpListener::from_std(socket).map_err(system)?));
                }
                AddressFamily::UNIX => {
                    let socket = std::os::unix::net::UnixListener::from(socket);
                    socket.set_nonblocking(true).map_err(system)?;
                    sockets.unix.push((name, UnixListener::from_std(socket).map_err(system)?));
                }
                _ => {
                    let fault = SocketFault::OtherFamily;
                    return Err(SocketsError::Descriptor { fd, fault });
                }
            }
        }
        Ok(sockets)
    }
}

/// Takes over a descriptor, if it is a listening socket that was passed to this process.
#[expect(unsafe_code, reason = "only the number of a passed descriptor is known")]
fn adopt(fd: RawFd) -> Result<(OwnedFd, AddressFamily), SocketsError> {
    // SAFETY: a descriptor that this process has opened has an owner already, so this function must
    // not take it. Rust's standard library, rustix and tokio open every descriptor with
    // `FD_CLOEXEC`. A descriptor that was open when the program started does not have that flag,
    // because `exec` would have closed it. `inspect` first reads the flag by `fcntl(F_GETFD)`,
    // which changes nothing, and stops if the flag is set. Otherwise it sets the flag, so no second
    // call takes the same number. On every error, ownership is given up again without closing.
    let owned = unsafe { OwnedFd::from_raw_fd(fd) };
    match inspect(&owned) {
        Ok(family) => Ok((owned, family)),
        Err(error) => {
            let fd = owned.into_raw_fd();
            Err(match error {
                AdoptError::Fault(fault) => SocketsError::Descriptor { fd, fault },
                AdoptError::System(errno) => SocketsError::System { fd, error: errno.into() },
            })
        }
    }
}

enum AdoptError {
    Fault(SocketFault),
    System(Errno),
}

impl From<Errno> for AdoptError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::BADF => Self::Fault(SocketFault::Closed),
            Errno::NOTSOCK => Self::Fault(SocketFault::NotListening),
            errno => Self::System(errno),
        }
    }
}

fn inspect(socket: impl AsFd) -> Result<AddressFamily, AdoptError> {
    let socket = socket.as_fd();
    let flags = fcntl_getfd(socket)?;
    if flags.contains(FdFlags::CLOEXEC) {
        return Err(AdoptError::Fault(SocketFault::NotPassed));
    }
    let stream = sockopt::socket_type(socket)? == SocketType::STREAM;
    if !stream || !sockopt::socket_acceptconn(socket)? {
        return Err(AdoptError::Fault(SocketFault::NotListening));
    }
    let family = getsockname(socket)?.address_family();
    fcntl_setfd(socket, flags | FdFlags::CLOEXEC)?;
    Ok(family)
}
