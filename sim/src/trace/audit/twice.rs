use std::io::Read;

use super::{Difference, compare};
use crate::trace::{Header, ReadError, Trace, read};

/// What an audit proved: two runs were the same to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Same {
    /// The hash of both.
    pub hash: u64,
    /// How many records each has.
    pub records: usize,
}

/// Why an audit did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The two runs differ.
    #[error("{0}")]
    Differs(Box<Difference>),
    /// A run recorded nothing: nothing was proved.
    #[error("a run recorded nothing, which proves nothing")]
    Empty,
    /// The other process is another program.
    #[error("the other trace is of {theirs}, this program is {ours}")]
    OtherProgram {
        /// What this program is.
        ours: Header,
        /// What the other one is.
        theirs: Header,
    },
    /// The other process's trace could not be read.
    #[error("failed to read the other process's trace: {0}")]
    Read(#[from] ReadError),
}

/// Runs a case twice in this process.
///
/// # Errors
///
/// If the runs differ, or recorded nothing.
pub fn twice(mut run: impl FnMut() -> Trace) -> Result<Same, AuditError> {
    let first = run();
    same(&first, &run())
}

/// Compares a trace with that of another process, which [`write`](crate::trace::write()) has
/// written.
///
/// # Errors
///
/// If the other one is no trace, was made by another program, recorded nothing, or differs.
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
    fn a_case_is_run_twice_here() {
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
    fn a_case_is_run_here_and_in_another_process() {
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
        assert!(error.to_string().contains("is of turmoil"), "{error}");
        let error = against(&ours, &mark(1), &b"nonsense"[..]).expect_err("it is no trace");
        assert!(error.to_string().starts_with("failed to read the other process's"), "{error}");
    }
}
