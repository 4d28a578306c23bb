use std::collections::BTreeMap;

use serde::Serialize;

use super::seal_variant::SealVariant;
use super::settings::{NetworkKind, Settings};
use super::shutdown::Shutdown;
use crate::load::Tally;
use crate::network::WireStats;
use crate::subject::SealMethodChoice;

/// The results of all shutdowns. It serializes to an object with the fields below; see [`Row`].
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The seed of the moments of the signals.
    pub seed: u64,
    /// How many clients loaded each server.
    pub clients: usize,
    /// The configured round trip of the wire, in milliseconds.
    pub round_trip_ms: f64,
    /// One row for each server on each network.
    pub rows: Vec<Row>,
    /// Statistics of the wire, if there was one.
    pub carried: Option<WireStats>,
}

/// A server on a network.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The network.
    pub network: NetworkKind,
    /// The server.
    pub server: &'static str,
    /// The seal method that was configured, if the server is ours.
    pub seal_method: Option<SealMethodChoice>,
    /// How many shutdowns were measured.
    pub shutdowns: usize,
    /// The outcome of the requests of all shutdowns.
    pub tally: Tally,
    /// How many of the shutdowns lost a request.
    pub lossy: usize,
    /// How often the server reported each seal method.
    pub seal_methods: BTreeMap<String, usize>,
    /// How often the server was killed, or ended with another exit code than 0.
    pub unclean: usize,
    /// Whether no request may be lost here.
    pub must_be_zero: bool,
}

impl Outcome {
    /// A result without shutdowns.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let row = |network| move |variant: &SealVariant| Row::new(network, *variant);
        let rows = settings.networks.iter();
        Self {
            seed: settings.seed,
            clients: settings.clients,
            round_trip_ms: settings.delay.as_secs_f64() * 2000.0,
            rows: rows.flat_map(|it| settings.variants.iter().map(row(*it))).collect(),
            carried: None,
        }
    }

    pub(super) fn row(&mut self, network: NetworkKind, variant: SealVariant) -> &mut Row {
        let (server, method) = (variant.kind().name(), variant.method());
        let is = |row: &&mut Row| row.network == network && row.server == server;
        let mut rows = self.rows.iter_mut().filter(is);
        rows.find(|row| row.seal_method == method).expect("every pair has a row")
    }

    /// The faults of ours, a sentence each. Empty when there are none.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.rows.iter().flat_map(Row::faults).collect()
    }
}

impl Row {
    fn new(network: NetworkKind, variant: SealVariant) -> Self {
        let method = variant.method();
        let keeps_all = method
            .is_some_and(|method| network == NetworkKind::Loopback || method.keeps_handshakes());
        Self {
            network,
            server: variant.kind().name(),
            seal_method: method,
            shutdowns: 0,
            tally: Tally::default(),
            lossy: 0,
            seal_methods: BTreeMap::new(),
            unclean: 0,
            must_be_zero: keeps_all,
        }
    }

    pub(super) fn add(&mut self, shutdown: Shutdown) {
        self.shutdowns += 1;
        self.lossy += usize::from(shutdown.tally.lost() > 0);
        self.unclean += usize::from(shutdown.exit_code != Some(0));
        self.tally += shutdown.tally;
        if let Some(method) = shutdown.seal_method {
            *self.seal_methods.entry(method).or_default() += 1;
        }
    }

    /// How many shutdowns of ours used another seal method than the configured one.
    #[must_use]
    pub fn fallbacks(&self) -> usize {
        let Some(method) = self.seal_method else { return 0 };
        self.shutdowns - self.seal_methods.get(method.name()).copied().unwrap_or(0)
    }

    fn faults(&self) -> Vec<String> {
        let Some(method) = self.seal_method else { return Vec::new() };
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
        // The table notes each fallback to another method. When most shutdowns fell back, the row
        // does not measure the method that it names, which is a fault.
        if 2 * self.fallbacks() > self.shutdowns {
            faults.push(format!("{name} reported other methods: {:?}", self.seal_methods));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Loss;

    fn faults(
        network: NetworkKind,
        method: SealMethodChoice,
        clean_shutdown: Shutdown,
    ) -> Vec<String> {
        let mut row = Row::new(network, SealVariant::Ours(method));
        row.add(clean_shutdown);
        row.faults()
    }

    fn clean_shutdown(method: SealMethodChoice) -> Shutdown {
        Shutdown {
            tally: Tally::default(),
            exit_code: Some(0),
            seal_method: Some(method.name().into()),
        }
    }

    #[test]
    fn lost_request_is_a_fault_where_nothing_may_be_lost() {
        let last = SealMethodChoice::AcceptUntilEmpty;
        let table = [
            (NetworkKind::Loopback, last, true),
            (NetworkKind::Delayed, SealMethodChoice::FullSink, true),
            // The last method resets handshakes under way there, so a loss is expected.
            (NetworkKind::Delayed, last, false),
        ];
        for (network, method, is_fault) in table {
            assert!(
                faults(network, method, clean_shutdown(method)).is_empty(),
                "{network:?} {method:?}"
            );
            let mut lossy = clean_shutdown(method);
            lossy.tally.lose(Loss::Reset, true);
            assert_eq!(
                !faults(network, method, lossy).is_empty(),
                is_fault,
                "{network:?} {method:?}"
            );
        }
    }

    #[test]
    fn other_method_other_exit_code_and_unanswered_connects_are_faults() {
        let method = SealMethodChoice::FullSink;
        let others = [
            Shutdown { seal_method: None, ..clean_shutdown(method) },
            clean_shutdown(SealMethodChoice::SynFilter),
            Shutdown { exit_code: Some(1), ..clean_shutdown(method) },
            Shutdown { exit_code: None, ..clean_shutdown(method) },
            Shutdown {
                tally: Tally { unanswered: 1, ..Tally::default() },
                ..clean_shutdown(method)
            },
        ];
        for other in others {
            assert_eq!(faults(NetworkKind::Loopback, method, other).len(), 1);
        }
    }

    #[test]
    fn occasional_fallback_is_counted_and_no_fault() {
        let method = SealMethodChoice::FullSink;
        let mut row = Row::new(NetworkKind::Loopback, SealVariant::Ours(method));
        row.add(clean_shutdown(method));
        row.add(clean_shutdown(SealMethodChoice::SynFilter));
        assert_eq!((row.fallbacks(), row.faults()), (1, Vec::new()));
        row.add(clean_shutdown(SealMethodChoice::SynFilter));
        assert_eq!(row.faults().len(), 1);
    }

    #[test]
    fn losses_of_peers_are_counted_and_no_fault() {
        let mut row =
            Row::new(NetworkKind::Loopback, SealVariant::Peer(crate::subject::ServerKind::Axum));
        let mut lossy = clean_shutdown(SealMethodChoice::FullSink);
        lossy.tally.lose(Loss::Closed, false);
        row.add(lossy);
        assert_eq!((row.tally.kept_alive(), row.lossy), (1, 1));
        assert!(row.faults().is_empty());
    }
}
