use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::bench::error::{Context, Error};

/// Raises the limit on open files to `needed`, for this process and for servers started from now
/// on.
pub(crate) fn open_files(needed: u64) -> Result<(), Error> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if let Some(maximum) = limit.maximum.filter(|maximum| *maximum < needed) {
        let fix = format!("raise the hard limit, as by `ulimit -Hn {needed}`");
        return Err(Error::Missing(format!(
            "{needed} open files are needed, and {maximum} are allowed; {fix}"
        )));
    }
    let wanted = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, wanted).to("raise the limit on open files")
}
