use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use sd_notify::NotifyState;

use crate::clock::SharedClock;

/// The pause before a retry when the service manager's queue is full.
const QUEUE_PAUSE: Duration = Duration::from_millis(10);

/// Sends the state of the service to systemd (`sd_notify(3)`).
///
/// Pass this to [`Serve::systemd`](crate::Serve::systemd), which sends each message at its time.
// The crate `sd-notify` formats the messages. It cannot send them here: its `notify` blocks when
// the manager's queue is full, opens a socket for each message, supports no abstract address
// (`@name`), and reads the environment of the process, which tests cannot replace.
pub struct Notifier {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

impl Notifier {
    /// Creates a notifier from the environment: `NOTIFY_SOCKET` is the address, and `WATCHDOG_USEC`
    /// and `WATCHDOG_PID` set the watchdog. Without `NOTIFY_SOCKET` the notifier is
    /// [silent](Self::silent), so the same program runs without systemd.
    ///
    /// # Errors
    ///
    /// When the address is neither an absolute path nor an abstract name, or no socket receives
    /// there.
    pub fn from_env() -> io::Result<Self> {
        Self::read(|name| env::var_os(name), std::process::id())
    }

    /// Creates a notifier that sends to the datagram socket at this address.
    ///
    /// # Errors
    ///
    /// When no socket receives there.
    pub fn to(address: &SocketAddr) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(address)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket: Some(socket), watchdog: None })
    }

    /// Creates a notifier that sends nothing.
    #[must_use]
    pub fn silent() -> Self {
        Self { socket: None, watchdog: None }
    }

    /// Whether the notifier sends nothing.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.socket.is_none()
    }

    /// Sets the timeout of systemd's watchdog. systemd considers the service hung after this time
    /// without a heartbeat, so the notifier sends one each half of the time. `None` sends no
    /// heartbeats. It is the default, except for [`from_env`](Self::from_env).
    #[must_use]
    pub fn watchdog(self, watchdog: Option<Duration>) -> Self {
        Self { watchdog, ..self }
    }

    pub(super) fn read(var: impl Fn(&str) -> Option<OsString>, pid: u32) -> io::Result<Self> {
        let Some(name) = var("NOTIFY_SOCKET").filter(|it| !it.is_empty()) else {
            return Ok(Self::silent());
        };
        let notifier = address(&name).and_then(|it| Self::to(&it)).map_err(|error| {
            let message = format!("cannot reach the service manager at NOTIFY_SOCKET={name:?}");
            io::Error::new(error.kind(), format!("{message}: {error}"))
        })?;
        let number = |name| var(name).and_then(|it| it.to_str()?.parse::<u64>().ok());
        let for_us = number("WATCHDOG_PID").is_none_or(|it| it == u64::from(pid));
        let watchdog = number("WATCHDOG_USEC").filter(|it| for_us && *it > 0);
        Ok(notifier.watchdog(watchdog.map(Duration::from_micros)))
    }

    /// Sends one message, after every earlier one.
    ///
    /// An error is only logged, because a service continues without its manager.
    pub(super) async fn send(&self, state: &NotifyState<'_>, clock: &SharedClock) {
        while let Err(error) = self.try_send(state) {
            if error.kind() != io::ErrorKind::WouldBlock {
                tracing::warn!(%error, %state, "cannot notify the service manager");
                return;
            }
            clock.sleep(QUEUE_PAUSE).await;
        }
    }

    /// Sends one message now, or fails if the manager's queue is full.
    pub(super) fn try_send(&self, state: &NotifyState<'_>) -> io::Result<()> {
        let Some(socket) = &self.socket else { return Ok(()) };
        socket.send(state.to_string().as_bytes())?;
        tracing::debug!(%state, "notified the service manager");
        Ok(())
    }

    /// The time between two heartbeats for the watchdog; `None` for no heartbeats.
    pub(super) fn heartbeat(&self) -> Option<Duration> {
        self.watchdog.filter(|_| !self.is_silent()).map(|it| it / 2)
    }
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifier")
            .field("silent", &self.is_silent())
            .field("watchdog", &self.watchdog)
            .finish()
    }
}

fn address(name: &OsString) -> io::Result<SocketAddr> {
    match name.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => {
            let message = "expected an absolute path, or @ and an abstract name";
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
    }
}
