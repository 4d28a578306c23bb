//! A case as one line that can be copied: `v2:<the case, zlib, base64url>#<engine>-<lock hash>`.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{DecompressError, decompress_to_vec_zlib_with_limit};
use thiserror::Error;

use crate::case::Case;
use crate::engine::{EngineKind, UnknownEngine};
use crate::trace::LOCK_HASH;

/// The prefix of a line of this version.
const BEGINS: &str = "v2:";
/// The prefix of lines that earlier programs printed.
const EARLIER: &str = "v1:";

/// The most JSON that a line may unpack to, in bytes. Cases have tens of kilobytes at most.
const LONGEST_CASE: usize = 16 << 20;

/// The best compression, because a line is made once for each failure.
const LEVEL: u8 = 10;

/// A case, with the engine and the build that found it.
#[derive(Debug, Clone, PartialEq)]
pub struct Blob {
    /// The case.
    pub case: Case,
    /// The engine.
    pub engine: EngineKind,
    /// The [`LOCK_HASH`] of the build that found the case. Another build may run the case
    /// otherwise.
    pub lock: String,
}

/// Why text is not such a line.
#[derive(Debug, Error)]
pub enum BlobError {
    /// The text has another prefix, or no engine at its end.
    #[error("the line is not v2:...#engine-lock; copy the whole line")]
    Form,
    /// The line is from an earlier version of the program.
    #[error(
        "the line has version 1, and this program reads version 2; use the program that \
             printed it, or find the failure again by its seed"
    )]
    Earlier,
    /// The text has a character that no line has.
    #[error("the line is not base64url: {0}")]
    Base64(#[from] base64::DecodeError),
    /// The text does not unpack to the size of a case.
    #[error("the line cannot be unpacked: {0}")]
    Packed(#[from] DecompressError),
    /// The content is not a case.
    #[error("the line contains no case: {0}")]
    Case(#[from] serde_json::Error),
    /// The engine is unknown.
    #[error(transparent)]
    Engine(#[from] UnknownEngine),
}

impl Blob {
    /// A case that this build has found.
    #[must_use]
    pub fn new(case: Case, engine: EngineKind) -> Self {
        Self { case, engine, lock: LOCK_HASH.to_owned() }
    }

    /// Whether this text is meant as a line.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(BEGINS) || text.starts_with(EARLIER)
    }

    /// Whether this build made the line, and so gives the same run.
    #[must_use]
    pub fn is_of_this_build(&self) -> bool {
        self.lock == LOCK_HASH
    }
}

impl fmt::Display for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let case = serde_json::to_vec(&self.case).map_err(|_| fmt::Error)?;
        let packed = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&case, LEVEL));
        write!(f, "{BEGINS}{packed}#{}-{}", self.engine, self.lock)
    }
}

impl FromStr for Blob {
    type Err = BlobError;

    fn from_str(text: &str) -> Result<Self, BlobError> {
        if text.trim().starts_with(EARLIER) {
            return Err(BlobError::Earlier);
        }
        let rest = text.trim().strip_prefix(BEGINS).ok_or(BlobError::Form)?;
        let (case, by) = rest.split_once('#').ok_or(BlobError::Form)?;
        let (engine, lock) = by.rsplit_once('-').ok_or(BlobError::Form)?;
        let packed = URL_SAFE_NO_PAD.decode(case)?;
        let case = decompress_to_vec_zlib_with_limit(&packed, LONGEST_CASE)?;
        let case = serde_json::from_slice(&case)?;
        Ok(Self { case, engine: engine.parse()?, lock: lock.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Family, generate};

    #[test]
    fn a_case_is_read_back_from_its_line() {
        let blob = Blob::new(generate(7, Family::Mixed), EngineKind::Event);
        let line = blob.to_string();
        assert!(line.starts_with("v2:") && line.ends_with(&format!("#event-{LOCK_HASH}")));
        assert_eq!(line.parse::<Blob>().expect("it is ours"), blob);
    }

    #[test]
    fn a_line_that_unpacks_to_more_than_a_case_is_refused() {
        let bomb =
            URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&vec![b' '; LONGEST_CASE + 1], LEVEL));
        let refused = format!("v2:{bomb}#event-{LOCK_HASH}").parse::<Blob>();
        assert!(matches!(refused, Err(BlobError::Packed(_))), "{refused:?}");
    }

    #[test]
    fn a_line_and_a_case_of_another_version_are_refused_by_their_version() {
        let earlier = "v1:abc#event-00000000".parse::<Blob>();
        assert!(matches!(earlier, Err(BlobError::Earlier)), "{earlier:?}");
        let error = serde_json::from_str::<Case>(r#"{"version":1,"plan":{}}"#);
        let error = error.expect_err("it has version 1").to_string();
        assert!(error.contains("version 1, and this program reads 2"), "{error}");
    }

    #[test]
    fn a_truncated_line_is_refused() {
        let line = Blob::new(generate(7, Family::Mixed), EngineKind::Event).to_string();
        for text in ["", "7", "v1:", "v2:", &line[..40], &line[3..], &line.replace("event", "x")] {
            assert!(text.parse::<Blob>().is_err(), "{text}");
        }
        let (start, end) = line.split_once('#').expect("it has one");
        for cut in (4..start.len()).step_by(97) {
            assert!(format!("{}#{end}", &start[..cut]).parse::<Blob>().is_err(), "cut at {cut}");
        }
    }
}
