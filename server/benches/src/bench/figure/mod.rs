//! The figures, one a file.

mod exit;
mod instructions;
mod last_response;
mod loss;
mod memory;
mod plan;
mod throughput;

use clap::ValueEnum;

pub(crate) use plan::Plan;

use crate::bench::error::Error;
use crate::bench::table::Row;
use crate::loss::NetworkKind;

/// The figures, in the order in which they are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Figure {
    /// Requests per second on keep-alive connections.
    Throughput,
    /// Instructions per request.
    Instructions,
    /// Memory of an idle connection.
    Memory,
    /// SIGTERM to exit, with idle connections.
    Exit,
    /// Last response to exit.
    LastResponse,
    /// Requests lost in shutdowns under load, on loopback.
    Loss,
    /// Like `loss`, with a round trip of 10 ms; needs root.
    LossDelayed,
}

impl Figure {
    pub(crate) const ALL: [Self; 7] = [
        Self::Throughput,
        Self::Instructions,
        Self::Memory,
        Self::Exit,
        Self::LastResponse,
        Self::Loss,
        Self::LossDelayed,
    ];

    /// Measures the figure of every server.
    pub(crate) fn measure(self, plan: &Plan) -> Result<Vec<Row>, Error> {
        match self {
            Self::Throughput => throughput::measure(plan),
            Self::Instructions => instructions::measure(plan),
            Self::Memory => memory::measure(plan),
            Self::Exit => exit::measure(plan),
            Self::LastResponse => last_response::measure(plan),
            Self::Loss => loss::measure(plan, NetworkKind::Loopback),
            Self::LossDelayed => loss::measure(plan, NetworkKind::Delayed),
        }
    }

    /// The row label of a figure that could not be measured.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Throughput => "requests a second",
            Self::Instructions => "instructions a request",
            Self::Memory => "memory of an idle connection",
            Self::Exit => "SIGTERM to exit",
            Self::LastResponse => "last response to exit",
            Self::Loss => "lost, loopback",
            Self::LossDelayed => "lost, 10 ms round trip",
        }
    }
}
