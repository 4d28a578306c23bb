use super::{
    Conditions, Link, LinkChange, Network, OutageKind, PolicySpec, Sealing, Startup,
    StoreConditions, Yields,
};

/// Conditions in words, without the default ones.
impl Conditions {
    /// All conditions, a line each.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let balancer = self.balancer.iter().map(|balancer| {
            format!(
                "a balancer asks for readiness every {}, and sends {} elsewhere {} after it went",
                time(balancer.every_us),
                balancer.clients.join(", "),
                time(balancer.lag_us)
            )
        });
        let mut words: Vec<_> = self.startup.iter().map(Startup::in_words).collect();
        words.extend(self.policy.in_words());
        words.extend(self.network.in_words());
        words.extend(self.store.in_words());
        words.extend(balancer);
        words.extend(self.yields.in_words());
        words.extend(self.no_health.then(|| "the service has no /health".to_owned()));
        words.extend(self.buggify.iter().map(|site| format!("at times {site}")));
        words
    }
}

impl Startup {
    /// Why the server is not ready at once.
    #[must_use]
    pub fn in_words(&self) -> String {
        let does = if self.refuses { "refuses" } else { "does not answer" };
        let until = time(self.lasts_us);
        format!("times count from the start of the process, whose store {does} until {until}")
    }
}

impl PolicySpec {
    /// The differences from the default policy.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let plain = Self::default();
        let times = [
            ("the lame duck lasts", self.lame_duck_us, plain.lame_duck_us),
            ("the handshake grace is", self.handshake_grace_us, plain.handshake_grace_us),
            ("the idle grace is", self.idle_grace_us, plain.idle_grace_us),
            ("the first byte grace is", self.first_byte_grace_us, plain.first_byte_grace_us),
            ("the server lingers for", self.linger_us, plain.linger_us),
            ("the deadline is", self.deadline_us, plain.deadline_us),
            ("a release may take", self.release_us, plain.release_us),
        ];
        let times = times.into_iter().filter(|(_, ours, usual)| ours != usual);
        let mut words: Vec<_> =
            times.map(|(what, ours, _)| format!("{what} {}", time(ours))).collect();
        if self.refuse != plain.refuse {
            let work = if self.refuse { "refused" } else { "served" };
            words.push(format!("new work is {work} in the lame duck"));
        }
        if self.forced_exit_code != plain.forced_exit_code {
            words.push(format!("the exit code is {} if work was cut", self.forced_exit_code));
        }
        if self.sealing == Sealing::AcceptUntilEmpty {
            words.push("the listener is closed when its queue is empty".to_owned());
        }
        words
    }
}

impl Network {
    /// The differences from the default network.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let plain = Self::default();
        let mut words = Vec::new();
        let one = |link: &Link| {
            let (to, from) = (time(link.to_server_us), time(link.to_client_us));
            if to == from { format!("{to} each way") } else { format!("{to} there, {from} back") }
        };
        if self.link != plain.link {
            words.push(format!("packets take {}", one(&self.link)));
        }
        words.extend(
            self.links.iter().map(|(actor, link)| format!("those of {actor} take {}", one(link))),
        );
        words.extend(self.events.iter().map(|event| {
            let change = match event.change {
                LinkChange::Hold => "packets stay on the link of",
                LinkChange::Cut => "packets are lost on the link of",
                LinkChange::Heal => "packets come again on the link of",
            };
            format!("at {} {change} {}", time(event.at_us), event.actor)
        }));
        if self.backlog != plain.backlog {
            words.push(format!("the accept queue takes {}", self.backlog));
        }
        if self.buffer != plain.buffer {
            words.push(format!("a socket takes {} bytes", self.buffer));
        }
        words
    }
}

impl StoreConditions {
    /// The differences from the default store.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let plain = Self::default();
        let times = [
            ("a row takes", self.work_us, plain.work_us),
            ("its acknowledgement takes", self.acknowledge_us, plain.acknowledge_us),
            ("each of both takes longer by up to", self.jitter_us, plain.jitter_us),
            ("closing the pool takes", self.close_us, plain.close_us),
        ];
        let times = times.into_iter().filter(|(_, ours, usual)| ours != usual);
        let mut words: Vec<_> =
            times.map(|(what, ours, _)| format!("{what} {}", time(ours))).collect();
        if self.pool != plain.pool {
            words.push(format!("the pool has {} sessions", self.pool));
        }
        words.extend(self.stalls.iter().map(|stall| {
            let (from, until) = (time(stall.from_us), time(stall.until_us));
            format!("the store stands still from {from} to {until}")
        }));
        words.extend(self.outages.iter().map(|outage| {
            let (from, until) = (time(outage.from_us), time(outage.until_us));
            let does = match outage.kind {
                OutageKind::Refuse => "refuses new sessions",
                OutageKind::BlackHole => "is a black hole",
            };
            format!("the store {does} from {from} to {until}")
        }));
        words
    }
}

impl Yields {
    /// The rates at which wrappers yield.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let all = [("I/O", self.io), ("the store", self.store), ("the listener", self.tasks)];
        let all = all.into_iter().filter(|(_, often)| *often > 0);
        all.map(|(what, often)| format!("{what} yields {often} times in 256")).collect()
    }
}

/// A time for people, exact: `1.5 ms`.
#[must_use]
pub fn time(us: u64) -> String {
    let decimal = |whole: u64, part: u64, digits: usize, unit: &str| {
        let part = format!("{part:0digits$}");
        let part = part.trim_end_matches('0');
        let dot = if part.is_empty() { "" } else { "." };
        format!("{whole}{dot}{part} {unit}")
    };
    match us {
        0 => "no time".to_owned(),
        1..1_000 => format!("{us} µs"),
        1_000..1_000_000 => decimal(us / 1_000, us % 1_000, 3, "ms"),
        _ => decimal(us / 1_000_000, us % 1_000_000, 6, "s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Balancer, BuggifySite, LinkEvent, Outage, Stall};

    #[test]
    fn only_conditions_other_than_the_default_are_described() {
        assert_eq!(Conditions::default().in_words(), [""; 0]);
        let startup = Some(Startup { lasts_us: 20_000, refuses: false });
        let mut odd = Conditions { startup, ..Conditions::default() };
        odd.policy.deadline_us = 1_250_000;
        odd.network.link.to_client_us = 7;
        let actor = "a".to_owned();
        odd.network.events.push(LinkEvent { at_us: 3_040, actor, change: LinkChange::Cut });
        odd.store.stalls.push(Stall { from_us: 1, until_us: 2_000 });
        odd.store.outages.push(Outage { from_us: 3, until_us: 4, kind: OutageKind::Refuse });
        odd.balancer = Some(Balancer {
            every_us: 10,
            lag_us: 0,
            clients: vec!["a".to_owned(), "b".to_owned()],
        });
        odd.yields.tasks = 4;
        odd.buggify.insert(BuggifySite::ShortRead);
        let expected = [
            "times count from the start of the process, whose store does not answer until 20 ms",
            "the deadline is 1.25 s",
            "packets take 500 µs there, 7 µs back",
            "at 3.04 ms packets are lost on the link of a",
            "the store stands still from 1 µs to 2 ms",
            "the store refuses new sessions from 3 µs to 4 µs",
            "a balancer asks for readiness every 10 µs, and sends a, b elsewhere no time after it \
             went",
            "the listener yields 4 times in 256",
            "at times a read returns one byte",
        ];
        assert_eq!(odd.in_words(), expected);
    }
}
