use std::fs;
use std::io::{self, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use super::contestant::Contestant;
use super::outcome::Outcome;
use super::rig::{Trouble, measure};
use super::settings::{Settings, Where};
use crate::console::{FAILED, INTERNAL, INTERRUPTED, LACKING, interruption, say};
use crate::network::Family;
use crate::subject::{Kind, SealMethodChoice};

/// How often each server is shut down on each network, in short.
const SHORT: usize = 5;

/// Counts the requests that servers lose in shutdowns under load: lastorders on each method of its
/// ladder, beside its peers, interleaved in one run.
///
/// Half of the clients are fresh (connect, one request, close), half keep their connections alive.
/// When all are at full flow, one of them sends SIGTERM as it receives an answer; they go on until
/// they are refused.
///
/// LOST is a request whose connection was established and that got no complete answer: reset,
/// closed without a byte, cut, or not answered within 15 s; "fresh" when it was the first of its
/// connection, "kept alive" when a later one. A client that sees (its kernel has the FIN) that its
/// connection was closed sends nothing on it, and loses nothing; a request that crosses with the
/// close is lost. REFUSED is a refused connect: nothing was lost. WAITED is a connect whose SYN was
/// dropped and repeated a second later.
///
/// The delayed network is a pair of network namespaces with a TUN device each, and a forwarder in
/// this process that holds every packet up. It needs root; nothing outside of this process is
/// changed, and nothing outlives it.
///
/// Exit codes: 0 nothing lost by ours where nothing may be (every method on loopback, and all but
/// the last on the delayed network); 1 something was; 70 the measurement failed; 75 the environment
/// lacks something; 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "loss", bin_name = "cargo ci loss")]
struct Arguments {
    /// How often each server is shut down on each network.
    #[arg(long, default_value = "50")]
    shutdowns: NonZero<usize>,
    /// How many clients load it.
    #[arg(long, default_value = "200")]
    clients: NonZero<usize>,
    /// Only these networks.
    #[arg(long, value_enum)]
    network: Vec<Where>,
    /// How long a packet takes on the delayed network, one way.
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
    server: Vec<Kind>,
    /// Of lastorders, only these methods.
    #[arg(long, value_enum)]
    method: Vec<SealMethodChoice>,
    /// What the moments of the signals are drawn from; by default another one each time.
    #[arg(long)]
    seed: Option<u64>,
    /// A few shutdowns of ours (not on the last method) and of axum: a check, in under a minute.
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
            say(format_args!("loss: cannot make a runtime: {error}"));
            return ExitCode::from(LACKING);
        }
    };
    let mut outcome = Outcome::new(&settings);
    say(format_args!("loss: seed {}, {} clients", settings.seed, settings.clients));
    let end = runtime.block_on(until_interrupted(&settings, &mut outcome));
    match end {
        Ok(end) => arguments.tell(&outcome, &end),
        Err(error) => {
            say(format_args!("loss: cannot listen for signals: {error}"));
            ExitCode::from(LACKING)
        }
    }
}

/// What ended the measurement.
async fn until_interrupted(settings: &Settings, outcome: &mut Outcome) -> io::Result<End> {
    let interruption = interruption()?;
    let tell = |line| say(format_args!("{line}"));
    tokio::select! {
        // An interruption is heard at once; all that was started ends with the other future.
        biased;
        () = interruption => Ok(End::Interrupted),
        measured = measure(settings, outcome, tell) => Ok(match measured {
            Ok(()) => End::Measured,
            Err(trouble) => End::Trouble(trouble),
        }),
    }
}

enum End {
    Measured,
    Trouble(Trouble),
    Interrupted,
}

impl Arguments {
    fn settings(&self) -> Settings {
        let wanted = |contestant: &Contestant| match contestant {
            // A few shutdowns say little about the last method, which is not without losses.
            Contestant::Ours(SealMethodChoice::AcceptUntilEmpty) if self.short => {
                self.method.contains(&SealMethodChoice::AcceptUntilEmpty)
            }
            Contestant::Ours(method) => {
                (self.server.is_empty() || self.server.contains(&Kind::Lastorders))
                    && (self.method.is_empty() || self.method.contains(method))
            }
            Contestant::Peer(Kind::Axum) if self.short => true,
            Contestant::Peer(_) if self.short => false,
            Contestant::Peer(kind) => self.server.is_empty() || self.server.contains(kind),
        };
        let networks =
            if self.network.is_empty() { Where::ALL.to_vec() } else { self.network.clone() };
        Settings {
            contestants: Contestant::ALL.into_iter().filter(wanted).collect(),
            networks,
            delay: self.delay,
            family: self.family,
            shutdowns: if self.short { SHORT } else { self.shutdowns.get() },
            clients: self.clients.get(),
            backlog: self.backlog,
            seed: self.seed.unwrap_or_else(|| fastrand::u64(..)),
        }
    }

    /// Prints what there is, and gives the exit code.
    fn tell(&self, outcome: &Outcome, end: &End) -> ExitCode {
        let _ = write!(io::stdout(), "{outcome}");
        if let Some(path) = &self.json {
            let json = serde_json::to_vec_pretty(outcome).unwrap_or_default();
            if let Err(error) = fs::write(path, json) {
                say(format_args!("loss: cannot write {}: {error}", path.display()));
                return ExitCode::from(LACKING);
            }
        }
        let faults = outcome.faults();
        for fault in &faults {
            say(format_args!("loss: {fault}"));
        }
        let code = match end {
            End::Measured => None,
            End::Trouble(trouble) => {
                say(format_args!("loss: {trouble}"));
                match trouble {
                    Trouble::Lacking(_) => Some(LACKING),
                    Trouble::Failed(..) | Trouble::TooFast(_) => Some(INTERNAL),
                }
            }
            End::Interrupted => Some(INTERRUPTED),
        };
        if code.is_some() {
            say(format_args!(
                "loss: the table is not the whole, and this run does not count as passed"
            ));
        }
        match code {
            // What has been proved stays proved, whatever came after it.
            _ if !faults.is_empty() => ExitCode::from(FAILED),
            Some(code) => ExitCode::from(code),
            None => {
                let bound = outcome.rows.iter().filter(|row| row.must_be_zero);
                let shutdowns: usize = bound.map(|row| row.shutdowns).sum();
                say(format_args!(
                    "loss: ours lost nothing in {shutdowns} shutdowns in which nothing may be lost"
                ));
                ExitCode::SUCCESS
            }
        }
    }
}
