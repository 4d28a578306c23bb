use crate::drain::{ConnInput, ConnectionClass, ShutdownFlags};

/// What the hooks need of a connection. The connection's own module implements this trait, so that
/// `hooks` does not import that module, which calls hooks itself.
pub(crate) trait HookedConn {
    /// The flags that the shutdown has set so far.
    fn flags(&self) -> ShutdownFlags;

    /// What the connection is doing; `None` if nothing is left of it.
    fn class(&self) -> Option<ConnectionClass>;

    /// Hands an input to the connection's machine.
    fn handle(&self, input: ConnInput);
}
