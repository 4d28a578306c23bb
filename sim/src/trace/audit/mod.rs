//! Whether a case gives the same run twice, and if not, where it first differs.
//!
//! * `compare`: two traces, record by record
//! * `difference`: where they part, and the report of it
//! * `twice`: a case run twice, here or in another process

mod compare;
mod difference;
mod twice;

pub use self::compare::compare;
pub use self::difference::Difference;
pub use self::twice::{AuditError, Same, against, twice};
