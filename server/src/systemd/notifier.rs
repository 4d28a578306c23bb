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

/// How long to wait before trying again when the service manager's queue is full.
const QUEUE_REST: Duration = Duration::from_millis(10);

/// Tells the service manager how the service is (`sd_notify(3)`).
///
/// Handed to [`Serve::systemd`](crate::Serve::systemd), which knows when there is news.
// The crate `sd-notify` words the messages. The crate cannot send them: its `notify` blocks when
// the manager's queue is full, opens a socket for each message, knows no abstract address
// (`@name`), and reads the environment of the process, which tests cannot replace.
pub struct Notifier {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

impl Notifier {
    /// One that tells whoever is named in the environment: `NOTIFY_SOCKET`, and for the watchdog
    /// `WATCHDOG_USEC` and `WATCHDOG_PID`. Without the first it tells nobody, so that the same
    /// program runs by hand too.
    ///
    /// # Errors
    ///
    /// When that address is no path and no abstract name, or nobody receives there.
    pub fn from_env() -> io::Result<Self> {
        Self::read(|name| env::var_os(name), std::process::id())
    }

    /// One that tells whoever receives datagrams at this address.
    ///
    /// # Errors
    ///
    /// When nobody does.
    pub fn to(address: &SocketAddr) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(address)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket: Some(socket), watchdog: None })
    }

    /// One that tells nobody.
    #[must_use]
    pub fn silent() -> Self {
        Self { socket: None, watchdog: None }
    }

    /// Whether it tells nobody.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.socket.is_none()
    }

    /// The service manager takes us for hung when it has heard nothing for this long, so it is told
    /// that we live twice as often. `None`, the default but for [`from_env`](Self::from_env), means
    /// that it does not ask.
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
        let meant = number("WATCHDOG_PID").is_none_or(|it| it == u64::from(pid));
        let watchdog = number("WATCHDOG_USEC").filter(|it| meant && *it > 0);
        Ok(notifier.watchdog(watchdog.map(Duration::from_micros)))
    }

    /// Sends one message, after every earlier one.
    ///
    /// A service continues without its manager, so an error is logged and nothing else.
    pub(super) async fn tell(&self, state: &NotifyState<'_>, clock: &SharedClock) {
        while let Err(error) = self.try_tell(state) {
            if error.kind() != io::ErrorKind::WouldBlock {
                tracing::warn!(%error, %state, "cannot notify the service manager");
                return;
            }
            clock.sleep(QUEUE_REST).await;
        }
    }

    /// Sends one message now, or fails if the manager's queue is full.
    pub(super) fn try_tell(&self, state: &NotifyState<'_>) -> io::Result<()> {
        let Some(socket) = &self.socket else { return Ok(()) };
        socket.send(state.to_string().as_bytes())?;
        tracing::debug!(%state, "notified the service manager");
        Ok(())
    }

    /// How often the watchdog is told that we live.
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
