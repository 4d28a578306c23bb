use crate::drain::{ConnInput, ConnectionClass, ShutdownFlags};

/// The part of a connection that hooks use. `state` implements this trait. So `hooks` does not
/// import `state`, which imports `hooks`.
pub(crate) trait HookedConn {
    /// The flags that the shutdown has set so far.
    fn flags(&self) -> ShutdownFlags;

    /// What the connection is doing; `None` if nothing is left of the connection.
    fn class(&self) -> Option<ConnectionClass>;

    /// Hands an input to the connection's machine.
    fn handle(&self, input: ConnInput);
}
