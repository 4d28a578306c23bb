//! Whether a case gives the same run twice, and if not, where it first differs.
//!
//! * `compare`: two traces, record by record, and the report of the first difference
//! * `twice`: a case run twice, here or in another process

mod compare;
mod twice;

pub use self::compare::{Difference, compare};
pub use self::twice::{AuditError, Same, against, twice};
