//! Checks whether a case gives the same run twice, and finds the first difference.
//!
//! * `compare`: compares two traces record by record, and reports the first difference
//! * `twice`: runs a case twice, here or in another process

mod compare;
mod twice;

pub use self::compare::{Difference, compare};
pub use self::twice::{AuditError, Same, against, twice};
