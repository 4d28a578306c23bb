use std::collections::BTreeMap;

use serde::Serialize;

use super::contestant::Contestant;
use super::settings::{Settings, Where};
use super::shutdown::Shutdown;
use crate::load::Tally;
use crate::network::Carried;
use crate::subject::SealMethodChoice;

/// What all shutdowns came to. Serialized, it is an object with the fields below; see [`Row`].
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// What the moments of the signals were drawn from.
    pub seed: u64,
    /// How many clients loaded each server.
    pub clients: usize,
    /// The round trip on the wire, in milliseconds, as the settings have it.
    pub round_trip_ms: f64,
    /// One for each server on each network.
    pub rows: Vec<Row>,
    /// What the wire carried, if there was one.
    pub carried: Option<Carried>,
}

/// A server on a network.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The network.
    pub network: Where,
    /// The server.
    pub server: &'static str,
    /// The method that it was to take, if it is ours.
    pub method: Option<SealMethodChoice>,
    /// How many shutdowns were measured.
    pub shutdowns: usize,
    /// What became of the requests, all shutdowns together.
    pub tally: Tally,
    /// In how many of the shutdowns something was lost.
    pub lossy: usize,
    /// How often each method was reported.
    pub methods: BTreeMap<String, usize>,
    /// How often it ended with another exit code than 0, or had to be killed.
    pub unclean: usize,
    /// Whether nothing may be lost here.
    pub must_be_zero: bool,
}

impl Outcome {
    /// Nothing yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let row = |network| move |contestant: &Contestant| Row::new(network, *contestant);
        let rows = settings.networks.iter();
        Self {
            seed: settings.seed,
            clients: settings.clients,
            round_trip_ms: settings.delay.as_secs_f64() * 2000.0,
            rows: rows.flat_map(|it| settings.contestants.iter().map(row(*it))).collect(),
            carried: None,
        }
    }

    pub(super) fn row(&mut self, network: Where, contestant: Contestant) -> &mut Row {
        let (server, method) = (contestant.kind().name(), contestant.method());
        let is = |row: &&mut Row| row.network == network && row.server == server;
        let mut rows = self.rows.iter_mut().filter(is);
        rows.find(|row| row.method == method).expect("every pair has a row")
    }

    /// What is wrong with ours, a sentence each; empty when it did all it must.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.rows.iter().flat_map(Row::faults).collect()
    }
}

impl Row {
    fn new(network: Where, contestant: Contestant) -> Self {
        let method = contestant.method();
        let spares =
            method.is_some_and(|method| network == Where::Loopback || method.spares_handshakes());
        Self {
            network,
            server: contestant.kind().name(),
            method,
            shutdowns: 0,
            tally: Tally::default(),
            lossy: 0,
            methods: BTreeMap::new(),
            unclean: 0,
            must_be_zero: spares,
        }
    }

    pub(super) fn add(&mut self, shutdown: Shutdown) {
        self.shutdowns += 1;
        self.lossy += usize::from(shutdown.tally.lost() > 0);
        self.unclean += usize::from(shutdown.exit_code != Some(0));
        self.tally += shutdown.tally;
        if let Some(method) = shutdown.method {
            *self.methods.entry(method).or_default() += 1;
        }
    }

    /// In how many shutdowns ours took another method than it was to take.
    #[must_use]
    pub fn fallen(&self) -> usize {
        let Some(method) = self.method else { return 0 };
        self.shutdowns - self.methods.get(method.name()).copied().unwrap_or(0)
    }

    fn faults(&self) -> Vec<String> {
        let Some(method) = self.method else { return Vec::new() };
        let name = format!("{} ({}) on {:?}", self.server, method.name(), self.network);
        let mut faults = Vec::new();
        if self.must_be_zero && self.tally.lost() > 0 {
            let (lost, lossy) = (self.tally.lost(), self.lossy);
            faults.push(format!("{name} lost {lost} requests, in {lossy} shutdowns"));
        }
        if self.tally.unanswered > 0 {
            let many = self.tally.unanswered;
            faults.push(format!("{name} left {many} connects without any answer"));
        }
        if self.unclean > 0 {
            faults.push(format!("{name} did not exit with 0 in {} shutdowns", self.unclean));
        }
        // A fall to a lower method is told below the table. When most of them fell, the row is
        // about another method than it says.
        if 2 * self.fallen() > self.shutdowns {
            faults.push(format!("{name} reported other methods: {:?}", self.methods));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Loss;

    fn faults(network: Where, method: SealMethodChoice, went: Shutdown) -> Vec<String> {
        let mut row = Row::new(network, Contestant::Ours(method));
        row.add(went);
        row.faults()
    }

    fn went(method: SealMethodChoice) -> Shutdown {
        Shutdown { tally: Tally::default(), exit_code: Some(0), method: Some(method.name().into()) }
    }

    #[test]
    fn a_lost_request_is_a_fault_where_nothing_may_be_lost() {
        let last = SealMethodChoice::AcceptUntilEmpty;
        let table = [
            (Where::Loopback, last, true),
            (Where::Delayed, SealMethodChoice::FullSink, true),
            // Nothing can be done about handshakes under way there.
            (Where::Delayed, last, false),
        ];
        for (network, method, is_fault) in table {
            assert!(faults(network, method, went(method)).is_empty(), "{network:?} {method:?}");
            let mut lossy = went(method);
            lossy.tally.lose(Loss::Reset, true);
            assert_eq!(
                !faults(network, method, lossy).is_empty(),
                is_fault,
                "{network:?} {method:?}"
            );
        }
    }

    #[test]
    fn another_rung_another_exit_and_silence_are_faults() {
        let method = SealMethodChoice::FullSink;
        let others = [
            Shutdown { method: None, ..went(method) },
            went(SealMethodChoice::SynFilter),
            Shutdown { exit_code: Some(1), ..went(method) },
            Shutdown { exit_code: None, ..went(method) },
            Shutdown { tally: Tally { unanswered: 1, ..Tally::default() }, ..went(method) },
        ];
        for other in others {
            assert_eq!(faults(Where::Loopback, method, other).len(), 1);
        }
    }

    #[test]
    fn a_fall_now_and_then_is_told_and_no_fault() {
        let method = SealMethodChoice::FullSink;
        let mut row = Row::new(Where::Loopback, Contestant::Ours(method));
        row.add(went(method));
        row.add(went(SealMethodChoice::SynFilter));
        assert_eq!((row.fallen(), row.faults()), (1, Vec::new()));
        row.add(went(SealMethodChoice::SynFilter));
        assert_eq!(row.faults().len(), 1);
    }

    #[test]
    fn peers_have_no_faults_they_are_only_counted() {
        let mut row = Row::new(Where::Loopback, Contestant::Peer(crate::subject::Kind::Axum));
        let mut lossy = went(SealMethodChoice::FullSink);
        lossy.tally.lose(Loss::Closed, false);
        row.add(lossy);
        assert_eq!((row.tally.kept_alive(), row.lossy), (1, 1));
        assert!(row.faults().is_empty());
    }
}
