use std::fs;
use std::io::{self, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use super::measure::{MeasureError, measure};
use super::outcome::Outcome;
use super::seal_variant::SealVariant;
use super::settings::{NetworkKind, Settings};
use crate::console::{FAILED, INTERNAL, INTERRUPTED, UNAVAILABLE, interruption, print_status};
use crate::network::Family;
use crate::subject::{SealMethodChoice, ServerKind};

/// How often each server is shut down on each network, with `--short`.
const SHORT: usize = 5;

/// Counts the requests that servers lose in shutdowns under load: lastorders with each of its seal
/// methods, beside its peers, interleaved in one run.
///
/// Half of the clients are fresh (connect, one request, close), and half keep their connections
/// alive. At full flow, one of them sends SIGTERM as it receives an answer. The clients continue
/// until they are refused.
///
/// LOST is a request whose connection was established and that got no complete answer: reset,
/// closed before the first byte, cut, or not answered within 15 s. A loss is "fresh" for the first
/// request of a connection, and "kept alive" for a later one. A client whose kernel has received
/// the FIN sends nothing more on the connection, and loses nothing. A request that crosses the
/// close is lost. REFUSED is a refused connect: nothing was lost. WAITED is a connect whose SYN was
/// dropped and repeated 1 s later.
///
/// The delayed network is a pair of network namespaces with a TUN device each. A forwarder in this
/// process delays every packet. It needs root. Nothing outside of this process is changed, and
/// nothing outlives it.
///
/// Exit codes: 0 ours lost nothing where nothing may be lost (every method on loopback, and all but
/// the last on the delayed network); 1 ours lost a request; 70 the measurement failed; 75 the
/// environment lacks a requirement; 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "loss", bin_name = "cargo ci loss")]
struct Arguments {
    /// How often each server is shut down on each network.
    #[arg(long, default_value = "50")]
    shutdowns: NonZero<usize>,
    /// How many clients load each server.
    #[arg(long, default_value = "200")]
    clients: NonZero<usize>,
    /// Only these networks.
    #[arg(long, value_enum)]
    network: Vec<NetworkKind>,
    /// The delay of each direction on the delayed network.
    #[arg(long, default_value = "5ms", value_parser = humantime::parse_duration)]
    delay: Duration,
    /// The version of the Internet Protocol.
    #[arg(long, value_enum, default_value = "ipv4")]
    family: Family,
    /// How many connections may wait in a server's accept queue.
    #[arg(long, default_value_t = 1024)]
    backlog: u32,
    /// Only these servers.
    #[arg(long, value_enum)]
    server: Vec<ServerKind>,
    /// Only these seal methods of lastorders.
    #[arg(long, value_enum)]
    seal_method: Vec<SealMethodChoice>,
    /// The seed of the moments of the signals; by default a random one.
    #[arg(long)]
    seed: Option<u64>,
    /// A few shutdowns of ours (not with the last method) and of axum: a check of less than a
    /// minute.
    #[arg(long, conflicts_with_all = ["server", "shutdowns"])]
    short: bool,
    /// A file for the result as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// The program `loss`.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let settings = arguments.settings();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            print_status(format_args!("loss: cannot make a runtime: {error}"));
            return ExitCode::from(UNAVAILABLE);
        }
    };
    let mut outcome = Outcome::new(&settings);
    print_status(format_args!("loss: seed {}, {} clients", settings.seed, settings.clients));
    let end = runtime.block_on(until_interrupted(&settings, &mut outcome));
    match end {
        Ok(end) => arguments.print_result(&outcome, &end),
        Err(error) => {
            print_status(format_args!("loss: cannot register signal handlers: {error}"));
            ExitCode::from(UNAVAILABLE)
        }
    }
}

/// Measures until an interruption. Returns what ended the measurement.
async fn until_interrupted(settings: &Settings, outcome: &mut Outcome) -> io::Result<End> {
    let interruption = interruption()?;
    let progress = |line| print_status(format_args!("{line}"));
    tokio::select! {
        // An interruption ends this at once. Dropping the other future ends everything that was
        // started.
        biased;
        () = interruption => Ok(End::Interrupted),
        measured = measure(settings, outcome, progress) => Ok(match measured {
            Ok(()) => End::Measured,
            Err(error) => End::MeasureError(error),
        }),
    }
}

enum End {
    Measured,
    MeasureError(MeasureError),
    Interrupted,
}

impl Arguments {
    fn settings(&self) -> Settings {
        let wanted = |variant: &SealVariant| match variant {
            // A few shutdowns say little about the last method, which may lose requests.
            SealVariant::Ours(SealMethodChoice::AcceptUntilEmpty) if self.short => {
                self.seal_method.contains(&SealMethodChoice::AcceptUntilEmpty)
            }
            SealVariant::Ours(method) => {
                (self.server.is_empty() || self.server.contains(&ServerKind::Lastorders))
                    && (self.seal_method.is_empty() || self.seal_method.contains(method))
            }
            SealVariant::Peer(ServerKind::Axum) if self.short => true,
            SealVariant::Peer(_) if self.short => false,
            SealVariant::Peer(kind) => self.server.is_empty() || self.server.contains(kind),
        };
        let networks =
            if self.network.is_empty() { NetworkKind::ALL.to_vec() } else { self.network.clone() };
        Settings {
            variants: SealVariant::ALL.into_iter().filter(wanted).collect(),
            networks,
            delay: self.delay,
            family: self.family,
            shutdowns: if self.short { SHORT } else { self.shutdowns.get() },
            clients: self.clients.get(),
            backlog: self.backlog,
            seed: self.seed.unwrap_or_else(|| fastrand::u64(..)),
        }
    }

    /// Prints the result, and returns the exit code.
    fn print_result(&self, outcome: &Outcome, end: &End) -> ExitCode {
        let _ = write!(io::stdout(), "{outcome}");
        if let Some(path) = &self.json {
            let json = serde_json::to_vec_pretty(outcome).unwrap_or_default();
            if let Err(error) = fs::write(path, json) {
                print_status(format_args!("loss: cannot write {}: {error}", path.display()));
                return ExitCode::from(UNAVAILABLE);
            }
        }
        let faults = outcome.faults();
        for fault in &faults {
            print_status(format_args!("loss: {fault}"));
        }
        let code = match end {
            End::Measured => None,
            End::MeasureError(error) => {
                print_status(format_args!("loss: {error}"));
                match error {
                    MeasureError::Unavailable(_) => Some(UNAVAILABLE),
                    MeasureError::Failed(..) | MeasureError::TooFast(_) => Some(INTERNAL),
                }
            }
            End::Interrupted => Some(INTERRUPTED),
        };
        if code.is_some() {
            print_status(format_args!("loss: the table is incomplete, so this run did not pass"));
        }
        match code {
            // A proved fault outranks any later error.
            _ if !faults.is_empty() => ExitCode::from(FAILED),
            Some(code) => ExitCode::from(code),
            None => {
                let bound = outcome.rows.iter().filter(|row| row.must_be_zero);
                let shutdowns: usize = bound.map(|row| row.shutdowns).sum();
                print_status(format_args!(
                    "loss: ours lost nothing in {shutdowns} shutdowns in which nothing may be lost"
                ));
                ExitCode::SUCCESS
            }
        }
    }
}
