//! The server closes listener, connections and pool in the right order, and waits for no request.

use std::time::Duration;

use crate::base::{Behaviour, Phase, Server, Step, done};

/// See the module.
#[derive(Debug)]
pub(crate) struct CloseWithoutWaiting;

impl Behaviour for CloseWithoutWaiting {
    fn on_signal<'a>(&'a self, server: &'a Server) -> Step<'a, ()> {
        server.enter(Phase::Aborting);
        done()
    }

    fn lame_duck(&self) -> Duration {
        Duration::ZERO
    }
}
