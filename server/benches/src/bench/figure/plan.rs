use std::time::Duration;

/// How much each figure measures.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Rounds of the throughput measurement.
    pub(super) throughput_rounds: usize,
    /// How long one measurement of a server lasts.
    pub(super) throughput_time: Duration,
    /// The small and the large number of requests for the instruction count.
    pub(super) instruction_requests: (u32, u32),
    /// Connections whose memory is measured.
    pub(super) memory_connections: u32,
    /// How long memory must stay unchanged to count as steady.
    pub(super) memory_steady: Duration,
    /// Pairs: the number of idle connections at SIGTERM, and the number of shutdowns whose median
    /// counts.
    pub(super) exits: &'static [(u32, usize)],
    /// How long the last request takes.
    pub(super) last_request: Duration,
    /// Repetitions of the last request, whose median counts.
    pub(super) last_rounds: usize,
    /// Shutdowns under load whose lost requests are counted.
    pub(super) loss_shutdowns: usize,
}

impl Plan {
    /// The plan of a published figure: about 6 minutes.
    pub(crate) fn full() -> Self {
        Self {
            throughput_rounds: 10,
            throughput_time: Duration::from_millis(700),
            instruction_requests: (500, 2_500),
            memory_connections: 2_000,
            memory_steady: Duration::from_secs(6),
            exits: &[(0, 25), (1_000, 9), (10_000, 5)],
            last_request: Duration::from_millis(400),
            last_rounds: 9,
            loss_shutdowns: 50,
        }
    }

    /// The smallest plan that exercises everything. Its figures mean nothing.
    pub(crate) fn quick() -> Self {
        Self {
            throughput_rounds: 1,
            throughput_time: Duration::from_millis(50),
            instruction_requests: (5, 25),
            memory_connections: 50,
            memory_steady: Duration::from_millis(500),
            exits: &[(0, 1), (50, 1)],
            last_request: Duration::from_millis(100),
            last_rounds: 1,
            loss_shutdowns: 1,
        }
    }
}
