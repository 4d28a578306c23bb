use std::io;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{LogFormat, Settings};

/// Starts the log, on standard error.
///
/// # Errors
///
/// When the filter cannot be parsed.
pub(super) fn start(settings: &Settings) -> Result<(), String> {
    let filter: Targets = settings
        .log
        .parse()
        .map_err(|error| format!("cannot read LASTORDERS_LOG={:?}: {error}", settings.log))?;
    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    // A second call in one process finds a log that is already running, and keeps it.
    let _ = match settings.log_format {
        LogFormat::Text => registry.with(log.with_ansi(false)).try_init(),
        LogFormat::Json => registry.with(log.json().flatten_event(true)).try_init(),
    };
    Ok(())
}
