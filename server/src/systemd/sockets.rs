use std::env;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use rustix::io::{Errno, FdFlags, fcntl_getfd, fcntl_setfd};
use rustix::net::{AddressFamily, SocketType, getsockname, sockopt};
use tokio::net::{TcpListener, UnixListener};

use crate::listener::Shared;

/// The number of the first descriptor that is passed, by the protocol.
const FIRST: RawFd = 3;

/// Takes over the listening sockets that systemd, or a predecessor of this process, has passed to
/// it (`LISTEN_FDS`, see `sd_listen_fds(3)`). Empty when none were passed.
///
/// They are set to be closed on `exec`, so that no child inherits them. The environment is left as
/// it is: `LISTEN_PID` names this process, so children do not think that they are meant.
///
/// # Errors
///
/// When the environment does not say what it should, or when a descriptor is not what it should
/// be: a listening TCP or Unix stream socket that was there when this program began. One that has
/// been taken already is an error too, so this succeeds once.
///
/// # Panics
///
/// When called outside of a tokio runtime with I/O enabled.
// The crate `listenfd` cannot replace this function: it knows no names, takes sockets that do not
// listen, accepts an environment without `LISTEN_PID`, and removes variables from the environment,
// which is unsound while other threads read it. Both `listenfd` and `sd-notify` set `FD_CLOEXEC`
// without a look at it, and that flag is how `adopt` tells a descriptor that was passed from one
// that this process has opened.
pub fn sockets() -> Result<Sockets, SocketsError> {
    let passed = Passed::read(|name| env::var(name).ok(), std::process::id())?;
    passed.take(FIRST)
}

/// The listening sockets that were passed to this process, until they are taken out.
///
/// They are [`Shared`], because whoever has passed them has them open too: sealing them closes our
/// copy only, and what waits to be accepted waits for the next process.
#[derive(Debug, Default)]
pub struct Sockets {
    tcp: Vec<(String, TcpListener)>,
    unix: Vec<(String, UnixListener)>,
}

impl Sockets {
    /// Whether none are left, or none were passed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tcp.is_empty() && self.unix.is_empty()
    }

    /// Takes out the first TCP listener.
    pub fn tcp(&mut self) -> Option<Shared<TcpListener>> {
        take(&mut self.tcp, |_| true)
    }

    /// Takes out the first TCP listener of this name, which is the `FileDescriptorName=` of the
    /// socket unit, and by default the unit's own name.
    pub fn tcp_named(&mut self, name: &str) -> Option<Shared<TcpListener>> {
        take(&mut self.tcp, |it| it == name)
    }

    /// Takes out the first Unix listener.
    pub fn unix(&mut self) -> Option<Shared<UnixListener>> {
        take(&mut self.unix, |_| true)
    }

    /// Takes out the first Unix listener of this name.
    pub fn unix_named(&mut self, name: &str) -> Option<Shared<UnixListener>> {
        take(&mut self.unix, |it| it == name)
    }
}

fn take<L>(listeners: &mut Vec<(String, L)>, wanted: impl Fn(&str) -> bool) -> Option<Shared<L>> {
    let place = listeners.iter().position(|(name, _)| wanted(name))?;
    Some(Shared::new(listeners.remove(place).1))
}

/// Why the sockets that were passed cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketsError {
    /// The environment is not as the protocol has it.
    #[error("cannot take over sockets: {name} is {value:?}; {expected}")]
    Environment {
        /// The variable.
        name: &'static str,
        /// What it is.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A descriptor is not what it should be.
    #[error("cannot take over descriptor {fd}: it is {fault}")]
    Descriptor {
        /// Its number.
        fd: i32,
        /// What is wrong with it.
        fault: SocketFault,
    },
    /// The operating system does not let us use a descriptor.
    #[error("cannot take over descriptor {fd}: {error}")]
    System {
        /// Its number.
        fd: i32,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
}

/// What is wrong with a descriptor that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SocketFault {
    /// There is no such descriptor.
    Closed,
    /// It is closed on `exec`, so it was not there when this program began, or has been taken over
    /// already.
    NotPassed,
    /// It is no stream socket that listens. For systemd, write `ListenStream=` and `Accept=no`.
    NotListening,
    /// It listens, but neither for TCP nor on a Unix socket.
    OtherFamily,
}

impl fmt::Display for SocketFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "not open; pass as many as LISTEN_FDS says, from 3 on",
            Self::NotPassed => "not from outside, or has been taken over before; do it once",
            Self::NotListening => "not a listening stream socket; use ListenStream= and Accept=no",
            Self::OtherFamily => "neither a TCP nor a Unix socket; use an address or a path",
        })
    }
}

/// What the environment says.
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
        let (Some(meant), Some(count)) = (var("LISTEN_PID"), var("LISTEN_FDS")) else {
            return Ok(none);
        };
        let Ok(meant) = meant.parse::<u32>() else {
            return Err(fault("LISTEN_PID", meant, "expected the id of a process"));
        };
        if meant != pid {
            return Ok(none);
        }
        let Ok(length) = count.parse::<u16>() else {
            return Err(fault("LISTEN_FDS", count, "expected a number of descriptors"));
        };
        let length = usize::from(length);
        let names = match var("LISTEN_FDNAMES") {
            // What systemd calls a descriptor without a name.
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

/// Takes a descriptor over, if it is a listening socket that came from outside.
#[expect(unsafe_code, reason = "a descriptor that was passed is known by its number alone")]
fn adopt(fd: RawFd) -> Result<(OwnedFd, AddressFamily), SocketsError> {
    // SAFETY: a descriptor that this process has opened is owned by whoever opened it, so it must
    // not be taken here. Rust's standard library, rustix and tokio open every descriptor with
    // `FD_CLOEXEC`; one that was there when the program began has lost that flag, or `exec` would
    // have closed it. So below nothing but `fcntl(F_GETFD)`, which changes nothing, is done before
    // that flag is known to be off; and as it is set then, no second call takes the same number.
    // If anything is not as it should be, ownership is given up again without closing.
    let owned = unsafe { OwnedFd::from_raw_fd(fd) };
    match inspect(&owned) {
        Ok(family) => Ok((owned, family)),
        Err(error) => {
            let fd = owned.into_raw_fd();
            Err(match error {
                Wrong::Fault(fault) => SocketsError::Descriptor { fd, fault },
                Wrong::System(errno) => SocketsError::System { fd, error: errno.into() },
            })
        }
    }
}

enum Wrong {
    Fault(SocketFault),
    System(Errno),
}

impl From<Errno> for Wrong {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::BADF => Self::Fault(SocketFault::Closed),
            Errno::NOTSOCK => Self::Fault(SocketFault::NotListening),
            errno => Self::System(errno),
        }
    }
}

fn inspect(socket: impl AsFd) -> Result<AddressFamily, Wrong> {
    let socket = socket.as_fd();
    let flags = fcntl_getfd(socket)?;
    if flags.contains(FdFlags::CLOEXEC) {
        return Err(Wrong::Fault(SocketFault::NotPassed));
    }
    let stream = sockopt::socket_type(socket)? == SocketType::STREAM;
    if !stream || !sockopt::socket_acceptconn(socket)? {
        return Err(Wrong::Fault(SocketFault::NotListening));
    }
    let family = getsockname(socket)?.address_family();
    fcntl_setfd(socket, flags | FdFlags::CLOEXEC)?;
    Ok(family)
}
