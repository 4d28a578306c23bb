use std::collections::BTreeMap;
use std::path::Path;

use lastorders_model::exit;

use super::args::MergeArgs;
use super::summary::COMMAND;
use super::sweep::store;
use super::{print, summary, verdict};
use crate::sweep::{MergeError, Same, Sweep, merge as put_together, same};

/// Merges shards, or compares two results.
pub(super) fn merge(args: &MergeArgs) -> Result<u8, u8> {
    let results = args.shards.iter().map(|path| read(path)).collect::<Result<Vec<_>, u8>>()?;
    if args.same {
        return compare(&results);
    }
    let merged = put_together(results).map_err(|error| refused(&error))?;
    let stored = args.out.as_deref().map_or(Ok(()), |out| store(&merged, out));
    let shown = print::stdout(&summary::summary(&merged, &BTreeMap::new()));
    match verdict::code_of_merged(&merged) {
        exit::PASSED => stored.and(shown).map(|()| exit::PASSED),
        code => Ok(code),
    }
}

fn compare(results: &[(String, Sweep)]) -> Result<u8, u8> {
    let [(one, a), (other, b)] = results else {
        return Err(print::usage("--same compares two results: pass two files"));
    };
    match same((one, a), (other, b)).map_err(|error| refused(&error))? {
        Same::Yes => {
            let (seeds, chunks) = (a.seen.seeds, a.chunks.len());
            let text = format!(
                "the results are equal, hash for hash: {seeds} seeds, {chunks} chunks, {}\n",
                a.hash
            );
            print::stdout(&text)?;
            Ok(exit::PASSED)
        }
        Same::From(seeds) => {
            let rerun = format!("{COMMAND} sweep --seeds {seeds} --no-mutants");
            print::stdout(&format!(
                "the results differ in the seeds {seeds}\nrerun on both machines: {rerun}\n"
            ))?;
            Ok(exit::FAILED)
        }
        Same::Counts => {
            print::stdout("the results differ: their hashes are equal, their counts are not\n")?;
            Ok(exit::FAILED)
        }
    }
}

fn refused(error: &MergeError) -> u8 {
    print::usage(&format!("refused: {error}"))
}

fn read(path: &Path) -> Result<(String, Sweep), u8> {
    let name = path.display().to_string();
    match Sweep::read(path) {
        Ok(result) => Ok((name, result)),
        Err(error) => Err(print::usage(&format!("{name}: {error}"))),
    }
}
