use std::ffi::OsString;

use super::PrepareError;
use super::build::{BuildContext, Built, Tool, environment_error};

/// The file's name.
pub(super) const FILE: &str = "go.mod";

/// Builds the module's main package into a directory that is removed after the run.
pub(super) async fn build(context: &BuildContext<'_>) -> Result<Built, PrepareError> {
    let go = Tool {
        program: "go",
        needed_for: "a go.mod",
        fix: "install it from https://go.dev/dl",
        stdout_is_for_us: false,
    };
    let scratch = tempfile::Builder::new()
        .prefix("lastorders-go-")
        .tempdir()
        .map_err(|error| environment_error("making a temporary directory", &error))?;
    let binary = scratch.path().join("server");
    let args: [OsString; 4] = ["build".into(), "-o".into(), binary.clone().into(), ".".into()];
    context.step(&go, &args).await?;
    let bins = vec![scratch.path().to_owned()];
    let start = Ok(vec![binary.into_os_string()]);
    Ok(Built { start, bins, note: None, scratch: Some(scratch) })
}
