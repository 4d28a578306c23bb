use std::hash::Hasher as _;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use thiserror::Error;

use super::run::Swept;
use super::{Seeds, Shard, Tally};

/// The version of the file.
pub const RESULT_VERSION: u32 = 1;

/// The result of a sweep or of a shard of one. What is in it does not depend on the machine, but
/// for [`Machine`] and for how far it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// [`RESULT_VERSION`]
    pub schema_version: u32,
    /// What carried it out.
    pub tool: Tool,
    /// What was asked of it. Shards of one sweep have the same.
    pub options: Options,
    /// The seeds of the whole sweep.
    pub wanted: Seeds,
    /// Which part of it this is; 1/1 for a whole one.
    pub shard: Shard,
    /// The seeds of this part.
    pub part: Seeds,
    /// Those of them that were carried out. One range, but in what was merged of interrupted
    /// shards.
    pub done: Vec<Seeds>,
    /// The signal that ended it early, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<i32>,
    /// How many seeds a chunk has.
    pub chunk: u64,
    /// The hash of each chunk that was carried out, in order: 16 hexadecimal digits.
    pub chunks: Vec<String>,
    /// The hash of these hashes.
    pub hash: String,
    /// What was seen.
    pub seen: Tally,
    /// Where and how fast.
    pub machine: Machine,
}

/// What carried a sweep out. Two that are alike give the same for the same seeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `lastorders-sim`
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its [`LOCK_HASH`](crate::trace::LOCK_HASH).
    pub lock: String,
}

/// What was asked of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The server that was simulated.
    pub subject: String,
    /// The engine.
    pub engine: String,
    /// The family of scenarios.
    pub family: String,
    /// Whether rare cases were changed and carried out again.
    pub mutate: bool,
}

/// Where a sweep was carried out, and how fast. No two are alike, and merging does not compare it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// How many threads there were.
    pub jobs: usize,
    /// How long it took, in seconds of real time. Merged: the sum, for it is what was paid.
    pub seconds: f64,
}

/// A result that cannot be read.
#[derive(Debug, Error)]
pub enum ResultError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is no result.
    #[error("it is no result of a sweep: {0}")]
    Json(#[from] serde_json::Error),
    /// It is of another version.
    #[error("it has version {0} of the format, and this program reads {RESULT_VERSION}")]
    Version(u64),
    /// What it says does not fit together.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

impl Sweep {
    /// The result of a sweep.
    #[must_use]
    pub fn new(tool: Tool, options: Options, wanted: Seeds, shard: Shard, swept: Swept) -> Self {
        let chunks: Vec<String> = swept.chunks.iter().map(|hash| format!("{hash:016x}")).collect();
        Self {
            schema_version: RESULT_VERSION,
            tool,
            options,
            wanted,
            shard,
            part: shard.part(wanted),
            done: if swept.done.is_empty() { Vec::new() } else { vec![swept.done] },
            interrupted: None,
            chunk: super::CHUNK,
            hash: hash(&chunks),
            chunks,
            seen: swept.tally,
            machine: Machine::default(),
        }
    }

    /// Reads a result, and checks that it fits together.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is of another version, or was cut off or changed.
    pub fn read(path: &Path) -> Result<Self, ResultError> {
        Self::from_json(&std::fs::read_to_string(path)?)
    }

    /// The same from text.
    ///
    /// # Errors
    ///
    /// As of [`Self::read`].
    pub fn from_json(text: &str) -> Result<Self, ResultError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        match value.get("schema_version").and_then(serde_json::Value::as_u64) {
            Some(version) if version != u64::from(RESULT_VERSION) => {
                return Err(ResultError::Version(version));
            }
            Some(_) | None => {}
        }
        let result: Self = serde_json::from_value(value)?;
        result.fits().map_err(ResultError::Damaged)?;
        Ok(result)
    }

    /// The file's text.
    ///
    /// # Panics
    ///
    /// Never: everything in it can be written.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("strings, numbers and maps by string");
        format!("{text}\n")
    }

    /// Whether every seed of its part was carried out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.part.is_empty() || self.done == [self.part]
    }

    /// Whether it is a whole sweep, and not one shard of several.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.part == self.wanted
    }

    fn fits(&self) -> Result<(), &'static str> {
        let mut at = self.part.start;
        for done in &self.done {
            if done.start < at || done.is_empty() || done.end > self.part.end {
                return Err("its seeds are not in order, or not of its part");
            }
            at = done.end;
        }
        let chunks: u64 = self.done.iter().map(|done| done.chunks()).sum();
        if chunks != self.chunks.len() as u64 {
            return Err("it has not one hash for each chunk");
        }
        let seeds: u64 = self.done.iter().map(|done| done.len()).sum();
        if seeds != self.seen.seeds {
            return Err("it counts other seeds than it has done");
        }
        if hash(&self.chunks) != self.hash {
            return Err("the hash is not that of its chunks");
        }
        Ok(())
    }
}

/// The hash of chunks' hashes.
pub(super) fn hash(chunks: &[String]) -> String {
    let mut hash = SipHasher13::new();
    for chunk in chunks {
        hash.write(chunk.as_bytes());
    }
    format!("{:016x}", hash.finish())
}
