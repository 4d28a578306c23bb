use std::time::Duration;

/// How much of everything.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Pairs of measurements of requests a second.
    pub(super) throughput_rounds: usize,
    /// How long one of them lasts.
    pub(super) throughput_time: Duration,
    /// The few and the many requests that instructions are counted of.
    pub(super) instruction_requests: (u32, u32),
    /// Connections whose memory is measured.
    pub(super) memory_connections: u32,
    /// How long memory must stay as it is to be called steady.
    pub(super) memory_steady: Duration,
    /// Numbers of idle connections found by SIGTERM, and of shutdowns, of which the median counts.
    pub(super) exits: &'static [(u32, usize)],
    /// How long the last request takes.
    pub(super) last_request: Duration,
    /// Last requests, of which the median counts.
    pub(super) last_rounds: usize,
    /// Shutdowns under load, of which the lost requests are counted.
    pub(super) loss_shutdowns: usize,
}

impl Plan {
    /// What a published figure takes: about six minutes.
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

    /// Just enough to see that everything works: the figures mean nothing.
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
