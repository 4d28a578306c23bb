use std::io::Read;

use super::{Difference, compare};
use crate::trace::{Header, ReadError, Trace, read};

/// Proof of an audit: both runs have equal records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Same {
    /// The hash of both runs.
    pub hash: u64,
    /// Number of records of each run.
    pub records: usize,
}

/// Why an audit failed.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The two runs differ.
    #[error("{0}")]
    Differs(Box<Difference>),
    /// A run recorded nothing, so the comparison proves nothing.
    #[error("a run recorded nothing, so the audit proves nothing")]
    Empty,
    /// The other process runs another program.
    #[error("the other trace is from {theirs}, this program is {ours}")]
    OtherProgram {
        /// This program.
        ours: Header,
        /// The other program.
        theirs: Header,
    },
    /// The other process's trace cannot be read.
    #[error("failed to read the other process's trace: {0}")]
    Read(#[from] ReadError),
}

/// Runs a case twice in this process.
///
/// # Errors
///
/// If the runs differ or recorded nothing.
pub fn twice(mut run: impl FnMut() -> Trace) -> Result<Same, AuditError> {
    let first = run();
    same(&first, &run())
}

/// Compares a trace with the trace of another process, in the format of
/// [`write`](crate::trace::write()).
///
/// # Errors
///
/// If the other trace cannot be read, comes from another program, is empty, or differs.
pub fn against(ours: &Header, trace: &Trace, other: impl Read) -> Result<Same, AuditError> {
    let (theirs, other) = read(other)?;
    if theirs != *ours {
        return Err(AuditError::OtherProgram { ours: ours.clone(), theirs });
    }
    same(trace, &other)
}

fn same(first: &Trace, second: &Trace) -> Result<Same, AuditError> {
    if let Some(difference) = compare(first, second) {
        return Err(AuditError::Differs(Box::new(difference)));
    }
    if first.is_empty() {
        return Err(AuditError::Empty);
    }
    Ok(Same { hash: first.hash, records: first.records.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::recorder::recorded;
    use crate::trace::{Kind, record, write};

    fn mark(a: u64) -> Trace {
        recorded(|| record(0, Kind::Mark, 0, a, 0))
    }

    #[test]
    fn twice_compares_two_runs_of_this_process() {
        let same = twice(|| mark(1)).expect("it is the same");
        assert_eq!((same.hash, same.records), (mark(1).hash, mark(1).records.len()));
        let mut n = 0;
        let counted = twice(|| {
            n += 1;
            mark(n)
        });
        assert!(matches!(counted, Err(AuditError::Differs(found)) if found.at == 0));
        assert!(matches!(twice(|| recorded(|| ())), Err(AuditError::Empty)));
    }

    #[test]
    fn against_compares_a_run_with_the_trace_of_another_process() {
        let ours = Header::ours("event");
        let written = |header: &Header, trace: &Trace| {
            let mut bytes = Vec::new();
            write(&mut bytes, header, trace).expect("a vector takes everything");
            bytes
        };
        let other = written(&ours, &mark(1));
        assert!(against(&ours, &mark(1), other.as_slice()).is_ok());
        let differs = against(&ours, &mark(2), other.as_slice());
        assert!(matches!(differs, Err(AuditError::Differs(_))));
        let other = written(&Header::ours("turmoil"), &mark(1));
        let error = against(&ours, &mark(1), other.as_slice()).expect_err("it is another engine");
        assert!(error.to_string().contains("is from turmoil"), "{error}");
        let error = against(&ours, &mark(1), &b"nonsense"[..]).expect_err("it is no trace");
        assert!(error.to_string().starts_with("failed to read the other process's"), "{error}");
    }
}
