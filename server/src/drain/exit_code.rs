//! The exit codes of a server that shuts down, and of `lastorders-server`. The codes from 64 to 78
//! are those of BSD's `sysexits.h`.

/// Everything in flight ended by itself, and every resource was released. Also the default of
/// [`Policy::forced_exit_code`](crate::Policy#structfield.forced_exit_code), for a shutdown that
/// cut work at the deadline.
pub const CLEAN: u8 = 0;

/// The command line or a value in the environment is invalid. Nothing was started.
pub const USAGE: u8 = 64;

/// An essential task panicked: the accept loop, or a tracked task marked
/// [`essential`](crate::Tracked::essential).
pub const PANIC: u8 = 70;

/// The operating system refused something that the server needs: the port is taken, or a signal
/// handler cannot be registered.
pub const SYSTEM: u8 = 71;

/// The configuration is incomplete or contradicts itself, or its database refuses the connection.
/// Nothing was started.
pub const CONFIG: u8 = 78;

/// A second SIGINT cut the shutdown short: 128 + SIGINT.
pub const INTERRUPTED: u8 = 130;
