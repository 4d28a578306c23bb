//! Where a simulator takes part in the state.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::Conn;
use crate::drain::{Action, ConnInput, ConnectionClass, Input, Machine, Policy, ShutdownFlags};
use crate::hooks::{HookedConn, ShutdownHook};

/// The shutdown machine behind its hook. The hook is a pass-through, except under a simulator.
#[derive(Debug)]
pub(crate) struct HookedMachine {
    machine: Machine,
    hook: ShutdownHook,
}

impl HookedMachine {
    pub(super) fn begin(&mut self, policy: Policy, resources: Vec<Duration>) {
        self.hook.begin(resources.len());
        self.machine = Machine::new(policy, resources);
    }

    pub(crate) fn handle(&mut self, now: Duration, input: Input) {
        self.hook.handle(&mut self.machine, now, input);
    }

    pub(crate) fn next_action(&mut self) -> Option<Action> {
        self.hook.next_action(&mut self.machine)
    }

    pub(super) fn has_actions(&self) -> bool {
        self.hook.has_actions(&self.machine)
    }
}

impl Default for HookedMachine {
    fn default() -> Self {
        let machine = Machine::new(Policy::default(), Vec::new());
        Self { machine, hook: Default::default() }
    }
}

impl Deref for HookedMachine {
    type Target = Machine;

    fn deref(&self) -> &Machine {
        &self.machine
    }
}

impl HookedConn for Arc<Conn> {
    fn flags(&self) -> ShutdownFlags {
        Conn::flags(self)
    }

    fn class(&self) -> Option<ConnectionClass> {
        let now = self.server().clock().now();
        self.describe(now).map(|described| described.class)
    }

    fn handle(&self, input: ConnInput) {
        Conn::handle(self, input);
    }
}
