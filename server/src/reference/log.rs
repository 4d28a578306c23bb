use std::io;

use tracing_subscriber::EnvFilter;

use super::{LogFormat, Settings};

/// Starts the log, on standard error.
///
/// # Errors
///
/// When the filter cannot be understood.
pub(super) fn start(settings: &Settings) -> Result<(), String> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| format!("cannot read LASTORDERS_LOG={:?}: {error}", settings.log))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second call in one process finds a log already there, which serves as well.
    let _ = match settings.log_format {
        LogFormat::Text => log.with_target(false).with_ansi(false).try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_target(false).try_init(),
    };
    Ok(())
}
