use crate::load::{ClientKind, TriggerPoint, random};

/// The plan of a cycle.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The clients, by kind.
    pub clients: Vec<ClientKind>,
    /// When the signal is sent.
    pub trigger_point: TriggerPoint,
    /// How many times the signal is sent at once. Some wrapper processes deliver it twice.
    pub signals: usize,
}

impl Plan {
    /// The plan of a cycle. It depends on `seed` and `number` only.
    #[must_use]
    pub fn of(seed: u64, number: u64) -> Self {
        let mut random = random(seed, number);
        let mut clients = [ClientKind::ALL, ClientKind::ALL].concat();
        for _ in 0..random.usize(0..=16) {
            clients.push(ClientKind::ALL[random.usize(..ClientKind::ALL.len())]);
        }
        random.shuffle(&mut clients);
        Self {
            clients,
            trigger_point: TriggerPoint { first: random.usize(1..=6), more: random.usize(0..=600) },
            signals: if random.u8(..4) == 0 { 2 } else { 1 },
        }
    }

    /// How many of the clients fire the trigger.
    #[must_use]
    pub fn continuous(&self) -> usize {
        self.clients.iter().filter(|kind| kind.is_continuous()).count()
    }
}
