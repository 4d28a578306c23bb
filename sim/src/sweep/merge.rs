use thiserror::Error;

use super::result::{Machine, Options, Sweep, Tool, hash};
use super::{Seeds, Shard, Tally};

/// Why results do not belong to one sweep. Each result has the caller's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MergeError {
    /// There is no result.
    #[error("there is nothing to merge")]
    Nothing,
    /// Different programs made the results.
    #[error(
        "{one} was made by {}, {other} by {}: their runs may differ",
        tool(.tools.0.as_ref()),
        tool(.tools.1.as_ref())
    )]
    Tool {
        /// One result.
        one: String,
        /// The other result.
        other: String,
        /// Their programs.
        tools: (Box<Tool>, Box<Tool>),
    },
    /// The results belong to different requests.
    #[error("{one} has {what} {mine}, {other} has {theirs}: they belong to different sweeps")]
    Options {
        /// One result.
        one: String,
        /// The other result.
        other: String,
        /// The difference.
        what: &'static str,
        /// The value of the one result.
        mine: String,
        /// The value of the other result.
        theirs: String,
    },
    /// Two results have the same seeds.
    #[error("{one} and {other} both have the seeds {seeds}{}", verdict(*.equal))]
    Overlap {
        /// One result.
        one: String,
        /// The other result.
        other: String,
        /// The common seeds.
        seeds: Seeds,
        /// Whether the results agree, if they have exactly the same seeds.
        equal: Option<bool>,
    },
    /// No result has these seeds.
    #[error("no result has the seeds {}{}", list(.seeds), missing(.shards))]
    Gap {
        /// The seeds.
        seeds: Vec<Seeds>,
        /// The missing shards.
        shards: Vec<Shard>,
    },
}

/// Merges the results of all shards into the result of a single machine, except for [`Machine`]. An
/// interrupted shard makes the result partial ([`Sweep::is_complete`]).
///
/// # Errors
///
/// If the results are not all shards of one sweep.
pub fn merge(mut results: Vec<(String, Sweep)>) -> Result<Sweep, MergeError> {
    results.sort_by_key(|(_, result)| (result.part.start, result.part.end));
    let (first_name, first) = results.first().ok_or(MergeError::Nothing)?;
    for (name, result) in &results {
        alike((first_name, first), (name, result))?;
    }
    covered(&results)?;
    let mut whole = Sweep {
        shard: Shard::WHOLE,
        part: first.wanted,
        done: Vec::new(),
        interrupted: None,
        chunks: Vec::new(),
        seen: Tally::default(),
        machine: Machine::default(),
        ..first.clone()
    };
    for (_, result) in results {
        for done in result.done {
            match whole.done.last_mut() {
                Some(last) if last.end == done.start => last.end = done.end,
                Some(_) | None => whole.done.push(done),
            }
        }
        whole.interrupted = whole.interrupted.or(result.interrupted);
        whole.chunks.extend(result.chunks);
        whole.seen.absorb(&result.seen);
        whole.machine.jobs += result.machine.jobs;
        whole.machine.seconds += result.machine.seconds;
    }
    whole.hash = hash(&whole.chunks);
    Ok(whole)
}

/// Whether two machines ran the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Same {
    /// All hashes are equal.
    Yes,
    /// The hashes differ from these seeds on.
    From(Seeds),
    /// The hashes are equal, and the counts differ.
    Counts,
}

/// Compares two results of the same seeds.
///
/// # Errors
///
/// If the results have other programs, options or seeds, so that a comparison proves nothing.
pub fn same(one: (&str, &Sweep), other: (&str, &Sweep)) -> Result<Same, MergeError> {
    alike(one, other)?;
    let ((one, a), (other, b)) = (one, other);
    differ(one, other, "seeds done", &list(&a.done), &list(&b.done))?;
    let seeds = || a.done.iter().flat_map(|done| (0..done.chunks()).map(|index| done.chunk(index)));
    let pairs = a.chunks.iter().zip(&b.chunks).zip(seeds());
    for ((mine, theirs), seeds) in pairs {
        if mine != theirs {
            return Ok(Same::From(seeds));
        }
    }
    Ok(if a.seen == b.seen { Same::Yes } else { Same::Counts })
}

fn alike(one: (&str, &Sweep), other: (&str, &Sweep)) -> Result<(), MergeError> {
    let ((one, a), (other, b)) = (one, other);
    if a.tool != b.tool {
        let tools = (Box::new(a.tool.clone()), Box::new(b.tool.clone()));
        return Err(MergeError::Tool { one: one.to_owned(), other: other.to_owned(), tools });
    }
    let Options { subject, engine, family, mutate } = &a.options;
    let theirs = &b.options;
    differ(one, other, "the subject", subject, &theirs.subject)?;
    differ(one, other, "the engine", engine, &theirs.engine)?;
    differ(one, other, "the family", family, &theirs.family)?;
    differ(one, other, "mutation", &mutate.to_string(), &theirs.mutate.to_string())?;
    differ(one, other, "chunks of", &a.chunk.to_string(), &b.chunk.to_string())?;
    differ(one, other, "the whole range", &a.wanted.to_string(), &b.wanted.to_string())
}

fn differ(
    one: &str,
    other: &str,
    what: &'static str,
    mine: &str,
    theirs: &str,
) -> Result<(), MergeError> {
    if mine == theirs {
        return Ok(());
    }
    let (one, other) = (one.to_owned(), other.to_owned());
    Err(MergeError::Options { one, other, what, mine: mine.to_owned(), theirs: theirs.to_owned() })
}

/// Whether every requested seed is in exactly one part.
fn covered(results: &[(String, Sweep)]) -> Result<(), MergeError> {
    let filled: Vec<_> = results.iter().filter(|(_, result)| !result.part.is_empty()).collect();
    for pair in filled.windows(2) {
        let [(one, a), (other, b)] = pair else { continue };
        if b.part.start < a.part.end {
            let seeds = Seeds { start: b.part.start, end: b.part.end.min(a.part.end) };
            let equal = (a.done == b.done && a.part == b.part)
                .then(|| a.chunks == b.chunks && a.seen == b.seen);
            return Err(MergeError::Overlap {
                one: one.clone(),
                other: other.clone(),
                seeds,
                equal,
            });
        }
    }
    let Some((_, any)) = results.first() else { return Err(MergeError::Nothing) };
    let mut gaps = Vec::new();
    let mut at = any.wanted.start;
    for (_, result) in &filled {
        if result.part.start > at {
            gaps.push(Seeds { start: at, end: result.part.start });
        }
        at = result.part.end;
    }
    if at < any.wanted.end {
        gaps.push(Seeds { start: at, end: any.wanted.end });
    }
    if gaps.is_empty() {
        return Ok(());
    }
    let of = any.shard.of;
    let within = |part: Seeds| gaps.iter().any(|gap| part.start < gap.end && gap.start < part.end);
    let all = (1..=of).map(|index| Shard { index, of });
    let shards = all.filter(|shard| within(shard.part(any.wanted))).collect();
    Err(MergeError::Gap { seeds: gaps, shards })
}

fn tool(tool: &Tool) -> String {
    format!("{} {} (lock {})", tool.name, tool.version, tool.lock)
}

fn verdict(equal: Option<bool>) -> &'static str {
    match equal {
        Some(true) => ": the same shard twice, and both are equal hash for hash",
        Some(false) => ": the same shard twice, and the two differ; see merge --same",
        None => "",
    }
}

fn list(seeds: &[Seeds]) -> String {
    let all: Vec<_> = seeds.iter().map(ToString::to_string).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

fn missing(shards: &[Shard]) -> String {
    let all: Vec<_> = shards.iter().map(ToString::to_string).collect();
    match all.len() {
        0 => String::new(),
        1 => format!(": shard {} is missing", all[0]),
        _ => format!(": shards {} are missing", all.join(", ")),
    }
}
