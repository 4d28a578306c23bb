//! The exit codes of a server that shuts down, and of `lastorders-server`. 64 and above are those
//! of BSD's `sysexits.h`.

/// Everything in flight ended by itself, and everything was released. Also the code of work that
/// was cut at the deadline, unless the policy sets another.
pub const CLEAN: u8 = 0;

/// The command line or a value in the environment could not be understood. Nothing was started.
pub const USAGE: u8 = 64;

/// A task that matters panicked.
pub const PANIC: u8 = 70;

/// The operating system refused something that we need: the port is taken, or a handler cannot be
/// registered.
pub const SYSTEM: u8 = 71;

/// The configuration is incomplete, contradicts itself, or names a database that refuses us.
/// Nothing was started.
pub const CONFIG: u8 = 78;

/// A second SIGINT cut the shutdown short: 128 + SIGINT.
pub const INTERRUPTED: u8 = 130;
