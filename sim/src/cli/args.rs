use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use super::options::{CaseArgs, Format, Selection, ShardChoice, time};
use crate::blame::DRAWS;
use crate::generate::Family;
use crate::shrink::MOST_TRIES;
use crate::sweep::Seeds;
use crate::trace::leak::Leak;

const AFTER_HELP: &str = "\
Examples:
  lastorders-sim sweep --for 60s                   our server, as many seeds as fit into the time
  lastorders-sim sweep --seeds 0..100000 --subject axum
  lastorders-sim replay 4711                       the run of one seed
  lastorders-sim replay 'v2:...#event-0123abcd'    a line that a sweep has printed
  lastorders-sim shrink 4711                       the smallest case that fails in the same way
  lastorders-sim export 4711 --format plan --out plan.json   for lastorders run --plans
  lastorders-sim sweep --seeds 0..1000000 --shard 2/4 --out 2.json   one machine's part
  lastorders-sim merge *.json                      all parts
  lastorders-sim bugs                              how soon each injected bug is found

Exit codes:
  0    no failure, and every required situation was reached
  1    a failure: the server lost something, or an injected bug was not found
  2    wrong arguments, or a file that cannot be used
  3    inconclusive: no failure, but a required situation was never reached
  4    no seed or bug was selected           70   our fault: a seed's second run differed
  5    merged, but a part was interrupted    75   the machine lacks something
  128+n  interrupted by signal n

Environment:
  NO_COLOR            disables colours
  LASTORDERS_SHARDS   number of pods of a Kubernetes Indexed Job, for --shard auto";

/// Finds and replays shutdown races by seed.
///
/// Runs a real server's code on a simulated network and clock, thousands of shutdowns a second. A
/// seed gives the same shutdown on every machine, to the byte.
#[derive(Debug, Parser)]
#[command(name = "lastorders-sim", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run many seeds and judge each.
    #[command(after_help = SWEEP_HELP)]
    Sweep(Box<SweepArgs>),
    /// Run one case again and report it.
    Replay(ReplayArgs),
    /// Run cases twice and compare the runs record by record.
    ///
    /// A single case is also run in another process.
    Audit(AuditArgs),
    /// Write a case's trace to stdout, for another process to compare.
    #[command(hide = true)]
    Trace(TraceArgs),
    /// Make a failing case as small as possible and report it.
    Shrink(ShrinkArgs),
    /// Write a case or its run as a file: packets, records, a page, a real plan.
    Export(ExportArgs),
    /// Find the event after which a failure was certain.
    Blame(BlameArgs),
    /// Compare the simulated networks with this machine's, and with the checked-in table.
    Parity,
    /// Look for each injected bug, and report the seeds and seconds that it takes.
    Bugs(BugsArgs),
    /// Merge the results of a sweep's shards, or say why they do not fit.
    #[command(after_help = MERGE_HELP)]
    Merge(MergeArgs),
}

const SWEEP_HELP: &str = "\
Progress goes to stderr. Stdout has the failures with the commands that reproduce them, the reached
situations, the coverage, and a last line with the hash of all results. Equal seeds of equal builds
give equal hashes.

--shard auto takes the shard from the variables of a Kubernetes Indexed Job, a Slurm array, GitLab
CI, CircleCI, Buildkite, Azure Pipelines, Bitbucket, Semaphore or AWS Batch.
GitHub Actions has no such variables: pass --shard ${{ matrix.shard }}/4.

Ctrl-C ends the sweep with a summary and still writes --out. merge treats this result as partial.";

const MERGE_HELP: &str = "\
merge refuses gaps, overlaps, and results of other builds, options or ranges. The merged result
equals the result of one machine, hash for hash. With --same, merge compares two results of the
same seeds, which proves that two machines ran the same.";

#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    #[command(flatten)]
    pub(super) what: Selection,
    /// The seeds, as 0..1000. With --for also 1000.. without an end.
    #[arg(
        long,
        value_name = "A..B",
        default_value = "0..20000",
        default_value_if("time", clap::builder::ArgPredicate::IsPresent, "0..")
    )]
    pub(super) seeds: Seeds,
    /// How long to sweep, as 60s. The sweep finishes the chunks that it has begun.
    #[arg(long = "for", id = "time", value_name = "TIME", value_parser = time,
          conflicts_with = "shard")]
    pub(super) time: Option<Duration>,
    /// This machine's part of the seeds: K/N, or auto.
    #[arg(long, value_name = "K/N")]
    pub(super) shard: Option<ShardChoice>,
    /// Number of threads; 0 means one for each processor.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) jobs: usize,
    /// Write the result to this file, for merge.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// End after this many different failures.
    #[arg(long, value_name = "N")]
    pub(super) stop_after: Option<NonZero<usize>>,
    /// Do not make failing cases smaller.
    #[arg(long)]
    pub(super) no_shrink: bool,
    /// Do not run mutants of rare cases.
    #[arg(long)]
    pub(super) no_mutants: bool,
}

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    #[command(flatten)]
    pub(super) case: CaseArgs,
    /// Print every record of the trace.
    #[arg(long)]
    pub(super) trace: bool,
    /// Write the case, the history, the trace (JSON lines, and for chrome://tracing) and the
    /// packets (pcapng, for Wireshark) into this directory.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// A seed, a line that begins with v2:, or a file with a case.
    #[arg(
        value_name = "SEED|LINE|FILE",
        required_unless_present = "seeds",
        conflicts_with = "seeds"
    )]
    pub(super) case: Option<String>,
    /// A range of seeds, as 0..1000, in place of one case.
    #[arg(long, value_name = "A..B")]
    pub(super) seeds: Option<Seeds>,
    #[command(flatten)]
    pub(super) what: Selection,
    /// Number of threads for a range; 0 means one for each processor.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) jobs: usize,
    /// Add nondeterminism, to test the audit: hashmap, instant or select.
    #[arg(long, value_name = "NAME", value_parser = Leak::from_str)]
    pub(super) leak: Option<Leak>,
}

#[derive(Debug, Args)]
pub(super) struct TraceArgs {
    #[command(flatten)]
    pub(super) case: CaseArgs,
    /// Add nondeterminism.
    #[arg(long, value_name = "NAME", value_parser = Leak::from_str)]
    pub(super) leak: Option<Leak>,
}

#[derive(Debug, Args)]
pub(super) struct BugsArgs {
    /// Only bugs whose name begins with this; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(super) only: Vec<String>,
    /// The seeds in which each bug must be found, as 0..5000.
    #[arg(long, value_name = "A..B", default_value = "0..5000")]
    pub(super) seeds: Seeds,
    /// The most seeds that the bugs may need at the median.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(super) median: u64,
    /// The family of cases.
    #[arg(long, value_name = "NAME", default_value = "mixed", value_parser = Family::from_str)]
    pub(super) family: Family,
    /// Number of threads; 0 means one for each processor.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) jobs: usize,
}

#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// The results of all shards.
    #[arg(value_name = "SHARD", required = true)]
    pub(super) shards: Vec<PathBuf>,
    /// Write the merged result to this file.
    #[arg(long, value_name = "FILE", conflicts_with = "same")]
    pub(super) out: Option<PathBuf>,
    /// Compare two results of the same seeds instead of merging.
    #[arg(long)]
    pub(super) same: bool,
}

#[derive(Debug, Args)]
pub(super) struct ShrinkArgs {
    #[command(flatten)]
    pub(super) case: CaseArgs,
    /// The most runs; the default takes about two seconds.
    #[arg(long, value_name = "N", default_value_t = MOST_TRIES)]
    pub(super) tries: u32,
    /// Write the small case to this file, for the corpus.
    #[arg(long, value_name = "FILE", requires = "why")]
    pub(super) out: Option<PathBuf>,
    /// Why the corpus keeps the case, in a sentence.
    #[arg(long, value_name = "SENTENCE", requires = "out")]
    pub(super) why: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) case: CaseArgs,
    /// The format of the file.
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(super) format: Format,
    /// Write to this file.
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// Why the corpus keeps the case, in a sentence. Only for the format corpus.
    #[arg(long, value_name = "SENTENCE", required_if_eq("format", "corpus"))]
    pub(super) why: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct BlameArgs {
    #[command(flatten)]
    pub(super) case: CaseArgs,
    /// How often later times are drawn again after each event.
    #[arg(long, value_name = "N", default_value_t = DRAWS,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) draws: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    use crate::subject::Subject;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_family_is_named_in_the_help() {
        let mut command = Arguments::command();
        let sweep = command.find_subcommand_mut("sweep").expect("it is there");
        let help: Vec<_> =
            sweep.render_long_help().to_string().split_whitespace().map(str::to_owned).collect();
        let help = help.join(" ");
        for family in Family::ALL {
            assert!(help.contains(family.name()), "{family} is not in: {help}");
        }
        for subject in Subject::ALL {
            assert!(help.contains(&subject.to_string()), "{subject}");
        }
    }

    #[test]
    fn invalid_arguments_are_refused_with_exit_code_2() {
        for words in [
            vec!["sweep", "--seeds", "9..1"],
            vec!["sweep", "--for", "0s"],
            vec!["sweep", "--for", "1s", "--shard", "1/2"],
            vec!["sweep", "--shard", "3/2"],
            vec!["sweep", "--subject", "nginx"],
            vec!["sweep", "--subject", "bug:none"],
            vec!["sweep", "--engine", "real"],
            vec!["sweep", "--family", "none"],
            vec!["sweep", "--stop-after", "0"],
            vec!["merge"],
            vec!["merge", "a", "--same", "--out", "b"],
            vec!["replay"],
            vec!["audit"],
            vec!["audit", "1", "--seeds", "0..9"],
            vec!["audit", "1", "--leak", "none"],
            vec!["bugs", "--seeds", "9..1"],
            vec![],
        ] {
            let all = std::iter::once("lastorders-sim").chain(words.iter().copied());
            let error = Arguments::try_parse_from(all).expect_err("the arguments are invalid");
            assert_eq!(error.exit_code(), 2, "{words:?}");
        }
    }

    #[test]
    fn a_sweep_with_a_time_has_no_last_seed() {
        for (words, expected) in [
            (vec!["sweep"], "0..20000"),
            (vec!["sweep", "--for", "1s"], "0..18446744073709551615"),
            (vec!["sweep", "--for", "1s", "--seeds", "70.."], "70..18446744073709551615"),
        ] {
            let all = std::iter::once("lastorders-sim").chain(words.iter().copied());
            let Ok(Arguments { command: Command::Sweep(args) }) = Arguments::try_parse_from(all)
            else {
                panic!("{words:?}")
            };
            assert_eq!(args.seeds.to_string(), expected);
        }
    }
}
