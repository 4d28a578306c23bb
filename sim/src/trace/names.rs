use std::borrow::Cow;

use lastorders_model::plan::Plan;

/// The names of a run's hosts and connections, for people. What has none is called by its number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The hosts, by their numbers.
    pub hosts: Vec<String>,
    /// The connections, from number 1 on.
    pub connections: Vec<String>,
}

impl Names {
    /// Those of a plan's hosts, numbered as the world does it: the server, the balancer, and the
    /// actors.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let actors = plan.actors.iter().map(|actor| actor.name.clone());
        let hosts = ["server".to_owned(), "balancer".to_owned()].into_iter().chain(actors);
        Self { hosts: hosts.collect(), connections: Vec::new() }
    }

    /// The name of a host.
    #[must_use]
    pub fn host(&self, host: u8) -> Cow<'_, str> {
        match self.hosts.get(usize::from(host)) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("host {host}")),
        }
    }

    /// The name of a connection; `None` for [`NO_CONNECTION`](super::NO_CONNECTION).
    #[must_use]
    pub fn connection(&self, connection: u16) -> Option<Cow<'_, str>> {
        let index = usize::from(connection).checked_sub(1)?;
        Some(match self.connections.get(index) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("connection {connection}")),
        })
    }
}
