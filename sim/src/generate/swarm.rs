use super::stream::Stream;
use super::{ClientKind, Family};

/// Which kinds of client and of fault a seed has. Each kind is on with a probability of one half.
///
/// If every case had a little of everything, a third kind would disturb most races between two
/// kinds before they happen.
#[derive(Debug)]
pub(super) struct Swarm {
    kinds: Vec<ClientKind>,
    faults: u64,
}

/// A kind of fault, or of unusual condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// The store stands still for a while.
    Stalls,
    /// Packets stay on a link for a while.
    Holds,
    /// A second signal, which the server must ignore.
    SecondSignal,
    /// The balancer.
    Balancer,
    /// A small accept queue, or small buffers.
    Small,
    /// I/O, the store and tasks yield more often than they must.
    Yields,
    /// Work may be left at the deadline.
    Deadline,
    /// A link is cut for good.
    Cuts,
    /// The store breaks, for good or for a while.
    StoreBreaks,
    /// A second SIGINT.
    Forced,
    /// The pool takes longer to close than the policy allows.
    SlowRelease,
    /// A gate in the store is closed for a while.
    Gates,
    /// The server takes rare paths.
    Buggify,
}

impl FaultKind {
    /// Whether a server that keeps its policy may lose work, so that the ledger cannot judge the
    /// case. Such faults are on in one seed of three at most, which leaves the ledger the others.
    fn breaks(self) -> bool {
        match self {
            Self::Deadline | Self::Cuts | Self::StoreBreaks | Self::Forced | Self::SlowRelease => {
                true
            }
            Self::Stalls
            | Self::Holds
            | Self::SecondSignal
            | Self::Balancer
            | Self::Small
            | Self::Yields
            | Self::Gates
            | Self::Buggify => false,
        }
    }

    /// Whether the family is about this fault, which is then on in every seed that may have it.
    fn favourite_of(self, family: Family) -> bool {
        match family {
            Family::Mixed
            | Family::KeepAlive
            | Family::Bodies
            | Family::Http2
            | Family::Upgraded => false,
            Family::Queue => matches!(self, Self::Yields),
            Family::Store => matches!(self, Self::Stalls | Self::StoreBreaks | Self::Gates),
            Family::Signals => matches!(self, Self::SecondSignal | Self::Forced),
            Family::Balanced => matches!(self, Self::Balancer),
        }
    }
}

impl Swarm {
    pub(super) fn draw(family: Family, stream: &mut Stream) -> Self {
        let on = stream.draw();
        let is_on = |place: usize| on >> place & 1 == 1;
        let kinds = ClientKind::ALL.into_iter().enumerate();
        let kinds: Vec<_> = kinds.filter(|(n, _)| is_on(*n)).map(|(_, kind)| kind).collect();
        let kinds = if kinds.is_empty() { vec![ClientKind::OneShot] } else { kinds };
        let breaks = stream.chance(1, 3);
        let mut faults = 0;
        for fault in FAULTS {
            let on = is_on(32 + fault as usize) || fault.favourite_of(family);
            let may = breaks || !fault.breaks();
            faults |= u64::from(on && may) << fault as usize;
        }
        Self { kinds, faults }
    }

    pub(super) fn has(&self, fault: FaultKind) -> bool {
        self.faults >> fault as usize & 1 == 1
    }

    /// The kind of one client. One client in two is of a kind that the family is about.
    pub(super) fn kind(&self, family: Family, stream: &mut Stream) -> ClientKind {
        let favourites = family.favourites();
        let favourite = stream.coin() && !favourites.is_empty();
        stream.pick(if favourite { favourites } else { &self.kinds })
    }
}

const FAULTS: [FaultKind; 13] = [
    FaultKind::Stalls,
    FaultKind::Holds,
    FaultKind::SecondSignal,
    FaultKind::Balancer,
    FaultKind::Small,
    FaultKind::Yields,
    FaultKind::Deadline,
    FaultKind::Cuts,
    FaultKind::StoreBreaks,
    FaultKind::Forced,
    FaultKind::SlowRelease,
    FaultKind::Gates,
    FaultKind::Buggify,
];
