use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::PrepareError;
use super::build::{BuildContext, Tool, environment_error};

/// The packages that must be installed.
#[derive(Debug)]
pub(super) struct Requirements {
    /// The text, as pip reads it.
    pub(super) text: String,
    /// The submission's file with the text, if there is one.
    pub(super) file: Option<PathBuf>,
    /// Whether the text alone decides what is installed, so that a later run can reuse it.
    pub(super) alone: bool,
}

/// A virtual environment.
pub(super) struct Venv {
    pub(super) path: PathBuf,
    /// Set if the environment is removed after the run.
    pub(super) scratch: Option<TempDir>,
}

/// A file that only complete environments have; it contains the text of the requirements.
const COMPLETE: &str = "lastorders-requirements.txt";

/// Makes an environment, or reuses one that an earlier run made from the same text.
pub(super) async fn make(
    context: &BuildContext<'_>,
    python: &Tool<'_>,
    requirements: &Requirements,
) -> Result<Venv, PrepareError> {
    let interpreter = python.find(context.dir)?;
    if !requirements.alone {
        let scratch = tempfile::Builder::new()
            .prefix("lastorders-venv-")
            .tempdir()
            .map_err(|error| environment_error("making a temporary directory", &error))?;
        let path = scratch.path().join("venv");
        fill(context, python, requirements, &path).await?;
        return Ok(Venv { path, scratch: Some(scratch) });
    }
    let key = fs::canonicalize(&interpreter).unwrap_or(interpreter);
    let text = format!("# {}\n{}", key.display(), requirements.text);
    let dir = cache_dir()?.join("venv");
    let trouble = |error: std::io::Error| environment_error(&dir.display().to_string(), &error);
    fs::create_dir_all(&dir).map_err(trouble)?;
    let hash = fingerprint(&text);
    // If two runs need the same environment at once, one makes it and the other waits.
    let lock = File::create(dir.join(format!("{hash:016x}.lock"))).map_err(trouble)?;
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock));
    let mut cancel = context.cancel.clone();
    let locked = tokio::select! {
        locked = lock => locked,
        signal = cancel.requested() => return Err(PrepareError::Interrupted(signal)),
    };
    let _held = locked
        .map_err(|error| environment_error("waiting for an environment", &error))?
        .map_err(trouble)?;
    for n in 0_u32.. {
        let path = dir.join(format!("{hash:016x}-{n}"));
        match fs::read_to_string(path.join(COMPLETE)) {
            Ok(made_from) if made_from == text => return Ok(Venv { path, scratch: None }),
            // Another text with the same hash: a submission must not get another's packages.
            Ok(_) => {}
            Err(_) => {
                let _ = fs::remove_dir_all(&path);
                fill(context, python, requirements, &path).await?;
                fs::write(path.join(COMPLETE), &text).map_err(trouble)?;
                return Ok(Venv { path, scratch: None });
            }
        }
    }
    Err(environment_error("making an environment", &"every place is taken"))
}

async fn fill(
    context: &BuildContext<'_>,
    python: &Tool<'_>,
    requirements: &Requirements,
    path: &Path,
) -> Result<(), PrepareError> {
    let args = ["-m".into(), "venv".into(), path.as_os_str().to_owned()];
    context.step(python, &args).await.map_err(not_theirs)?;
    let pip = path.join("bin/python");
    let pip = Tool {
        program: &pip.to_string_lossy(),
        needed_for: "the requirements",
        fix: "install python3-venv",
        stdout_is_for_us: false,
    };
    let scratch = path.join("wanted.txt");
    let wanted = match &requirements.file {
        Some(file) => std::path::absolute(file).unwrap_or_else(|_| file.clone()),
        None => {
            fs::write(&scratch, &requirements.text)
                .map_err(|error| environment_error(&scratch.display().to_string(), &error))?;
            scratch
        }
    };
    let args = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r"];
    let mut args = args.map(OsString::from).to_vec();
    args.push(wanted.into_os_string());
    context.step(&pip, &args).await.map(drop)
}

/// If no virtual environment can be made, this machine is at fault and not the submission.
fn not_theirs(error: PrepareError) -> PrepareError {
    match error {
        PrepareError::Build(failure) => environment_error(
            &format!("`{}`", failure.command),
            &format!("it {}; on Debian and Ubuntu, install python3-venv", failure.how),
        ),
        PrepareError::NoDirectory { .. }
        | PrepareError::Unrecognised { .. }
        | PrepareError::Manifest { .. }
        | PrepareError::NoCommand { .. }
        | PrepareError::Variable { .. }
        | PrepareError::MissingProgram { .. }
        | PrepareError::Environment { .. }
        | PrepareError::Interrupted(_) => error,
    }
}

/// FNV-1a, which names the directory. The text inside proves that the directory is the right one.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The directory of environments that later runs reuse, outside every submission.
fn cache_dir() -> Result<PathBuf, PrepareError> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("LASTORDERS_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|dir| dir.join("lastorders")))
        .or_else(|| set("HOME").map(|dir| dir.join(".cache/lastorders")))
        .ok_or_else(|| {
            environment_error(
                "finding a place for virtual environments",
                &"neither LASTORDERS_CACHE, XDG_CACHE_HOME nor HOME is set",
            )
        })
}
