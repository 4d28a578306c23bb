use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::drain::{LameDuckWork, Policy, PolicyError};

/// The reference service of lastorders: GET /health and POST /work over Postgres, with a shutdown
/// that loses nothing.
///
/// Every option can be given in the environment instead. SIGTERM or SIGINT begins the shutdown.
#[derive(Clone, Parser)]
#[command(name = "lastorders-server", version, after_help = AFTER_HELP)]
#[non_exhaustive]
pub struct Settings {
    /// The TCP port to listen on.
    #[arg(long, env = "PORT", default_value_t = 3000)]
    pub port: u16,

    /// The address to listen on.
    #[arg(long, env = "LASTORDERS_HOST", default_value = "0.0.0.0")]
    pub host: std::net::IpAddr,

    /// The database, as postgres://user:password@host:port/name.
    // Never shown: it holds a password.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// How many sessions with the database are kept at most.
    #[arg(long, env = "LASTORDERS_POOL_SIZE", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub pool_size: u32,

    /// How long the server stays reachable after the signal, while its health says 503.
    #[arg(long, env = "LASTORDERS_LAME_DUCK", default_value = "1s", value_parser = duration)]
    pub lame_duck: Duration,

    /// What happens to new requests after the signal.
    #[arg(long, env = "LASTORDERS_LAME_DUCK_WORK", default_value = "refuse")]
    pub lame_duck_work: Work,

    /// How long handshakes under way may take to finish when the listener is closed.
    #[arg(long, env = "LASTORDERS_HANDSHAKE_GRACE", default_value = "50ms",
          value_parser = duration)]
    pub handshake_grace: Duration,

    /// How long an idle connection stays open for one last request.
    #[arg(long, env = "LASTORDERS_IDLE_GRACE", default_value = "250ms", value_parser = duration)]
    pub idle_grace: Duration,

    /// How long a connection without a byte stays open.
    #[arg(long, env = "LASTORDERS_FIRST_BYTE_GRACE", default_value = "250ms",
          value_parser = duration)]
    pub first_byte_grace: Duration,

    /// How long unread input is discarded after the server shuts its side of a connection.
    #[arg(long, env = "LASTORDERS_LINGER", default_value = "250ms", value_parser = duration)]
    pub linger: Duration,

    /// When requests still in flight are cut, counted from the signal.
    #[arg(long, env = "LASTORDERS_DEADLINE", default_value = "8s", value_parser = duration)]
    pub deadline: Duration,

    /// How long closing the pool may take.
    #[arg(long, env = "LASTORDERS_RELEASE", default_value = "1s", value_parser = duration)]
    pub release: Duration,

    /// The exit code when a request was cut.
    #[arg(long, env = "LASTORDERS_FORCED_EXIT_CODE", default_value_t = 0)]
    pub forced_exit_code: u8,

    /// The format of the log, on standard error.
    #[arg(long, env = "LASTORDERS_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// The log level, or a filter such as lastorders=debug.
    #[arg(long, env = "LASTORDERS_LOG", default_value = "info")]
    pub log: String,
}

const AFTER_HELP: &str = "Durations are written as 250ms, 8s, 1m 30s.\n\n\
    Exit codes: 0 clean end, or --forced-exit-code when a request was cut; \
    64 bad option or environment; 70 panic; 71 the port cannot be bound; 78 bad configuration; \
    130 cut short by a second SIGINT.";

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum LogFormat {
    /// A line of text for each event.
    Text,
    /// A JSON object for each event, one a line.
    Json,
}

/// What happens to new requests after the signal, as it is spelled in the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Work {
    /// They are served.
    Serve,
    /// They are answered 503.
    Refuse,
}

impl From<Work> for LameDuckWork {
    fn from(work: Work) -> Self {
        match work {
            Work::Serve => Self::Serve,
            Work::Refuse => Self::Refuse,
        }
    }
}

impl Settings {
    /// The policy of these settings.
    ///
    /// # Errors
    ///
    /// When the settings contradict each other.
    pub fn policy(&self) -> Result<Policy, PolicyError> {
        let policy = Policy::default()
            .lame_duck(self.lame_duck)
            .lame_duck_work(self.lame_duck_work.into())
            .handshake_grace(self.handshake_grace)
            .idle_grace(self.idle_grace)
            .first_byte_grace(self.first_byte_grace)
            .linger(self.linger)
            .deadline(self.deadline)
            .release(self.release)
            .forced_exit_code(self.forced_exit_code);
        policy.check()?;
        Ok(policy)
    }
}

/// Omits the database URL, because it holds a password.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// The longest duration that is accepted: a day. Longer ones are typing errors, or would overflow.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write a duration such as 250ms or 8s"))?;
    if duration > LONGEST {
        return Err("longer than a day; write a duration such as 250ms or 8s".to_owned());
    }
    Ok(duration)
}
