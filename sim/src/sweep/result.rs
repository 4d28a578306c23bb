use std::hash::Hasher as _;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use thiserror::Error;

use super::run::Swept;
use super::{Seeds, Shard, Tally};

/// The version of the file format.
pub const RESULT_VERSION: u32 = 1;

/// The result of a sweep or of one shard. The content does not depend on the machine, except for
/// [`Machine`] and for an early end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// [`RESULT_VERSION`]
    pub schema_version: u32,
    /// The program of the sweep.
    pub tool: Tool,
    /// The options of the sweep. Shards of one sweep have equal options.
    pub options: Options,
    /// The seeds of the whole sweep.
    pub wanted: Seeds,
    /// The shard; 1/1 for a whole sweep.
    pub shard: Shard,
    /// The seeds of this part.
    pub part: Seeds,
    /// The seeds that were run: one range, except in a merge of interrupted shards.
    pub done: Vec<Seeds>,
    /// The signal that ended the sweep early, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<i32>,
    /// Seeds of a chunk.
    pub chunk: u64,
    /// The hash of each chunk in order: 16 hexadecimal digits.
    pub chunks: Vec<String>,
    /// The hash of the chunks' hashes.
    pub hash: String,
    /// The sums of the results.
    pub seen: Tally,
    /// The machine and its speed.
    pub machine: Machine,
}

/// The program of a sweep. Equal programs give equal results for equal seeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `lastorders-sim`
    pub name: String,
    /// The version.
    pub version: String,
    /// The program's [`LOCK_HASH`](crate::trace::LOCK_HASH).
    pub lock: String,
}

/// The options of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The server.
    pub subject: String,
    /// The engine.
    pub engine: String,
    /// The family of cases.
    pub family: String,
    /// Whether mutants of rare cases were run.
    pub mutate: bool,
}

/// The machine of a sweep and its speed. Always different, so merging does not compare it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Number of threads.
    pub jobs: usize,
    /// Real time in seconds. A merge has the sum.
    pub seconds: f64,
}

/// Why a result cannot be read.
#[derive(Debug, Error)]
pub enum ResultError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file is not a result.
    #[error("the file is not the result of a sweep: {0}")]
    Json(#[from] serde_json::Error),
    /// The result has another version.
    #[error("the result has version {0} of the format, and this program reads {RESULT_VERSION}")]
    Version(u64),
    /// The content contradicts itself.
    #[error("the result is damaged: {0}")]
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

    /// Reads and verifies a result.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, has another version, or was truncated or changed.
    pub fn read(path: &Path) -> Result<Self, ResultError> {
        Self::from_json(&std::fs::read_to_string(path)?)
    }

    /// Like [`Self::read`], from text.
    ///
    /// # Errors
    ///
    /// See [`Self::read`].
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

    /// The text of the file.
    ///
    /// # Panics
    ///
    /// Never: all parts can be serialized.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("strings, numbers and maps by string");
        format!("{text}\n")
    }

    /// Whether all seeds of the part were run.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.part.is_empty() || self.done == [self.part]
    }

    /// Whether this is a whole sweep and not one of several shards.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.part == self.wanted
    }

    fn fits(&self) -> Result<(), &'static str> {
        let mut at = self.part.start;
        for done in &self.done {
            if done.start < at || done.is_empty() || done.end > self.part.end {
                return Err("the seeds are not in order, or not in the part");
            }
            at = done.end;
        }
        let chunks: u64 = self.done.iter().map(|done| done.chunks()).sum();
        if chunks != self.chunks.len() as u64 {
            return Err("the number of hashes is not the number of chunks");
        }
        let seeds: u64 = self.done.iter().map(|done| done.len()).sum();
        if seeds != self.seen.seeds {
            return Err("the number of seeds does not fit their ranges");
        }
        if hash(&self.chunks) != self.hash {
            return Err("the hash does not fit the chunks");
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
