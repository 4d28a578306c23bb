use std::ffi::OsString;
use std::path::Path;

use toml::Table;

use super::PrepareError;
use super::build::{BuildContext, Built, Tool, read_small};
use super::venv::{self, Requirements};

/// The files by which a Python project is recognised.
pub(super) const FILES: [&str; 2] = ["pyproject.toml", "requirements.txt"];

/// The files to run; the first that exists is run.
const ENTRIES: [&str; 4] = ["main.py", "app.py", "server.py", "__main__.py"];

/// Installs the requirements into a virtual environment of the judge, and finds the file to run.
pub(super) async fn build(context: &BuildContext<'_>) -> Result<Built, PrepareError> {
    let dir = context.dir;
    let requirements = requirements(dir)?;
    let python = Tool {
        program: "python3",
        needed_for: "a Python project",
        fix: "install it from https://python.org",
        stdout_is_for_us: false,
    };
    let (interpreter, bins, scratch) = match requirements {
        None => (python.find(dir)?, Vec::new(), None),
        Some(requirements) => {
            let made = venv::make(context, &python, &requirements).await?;
            let bin = made.path.join("bin");
            (bin.join("python"), vec![bin], made.scratch)
        }
    };
    let start = ENTRIES
        .into_iter()
        .find(|entry| dir.join(entry).is_file())
        .map(|entry| vec![interpreter.into_os_string(), OsString::from(entry)])
        .ok_or_else(|| PrepareError::Manifest {
            path: dir.to_owned(),
            why: "there is no main.py, app.py or server.py; say what to run in a lastorders.toml: \
                  start = [\"python3\", \"FILE\"]"
                .to_owned(),
        });
    Ok(Built { start, bins, note: None, scratch })
}

/// The requirements to install; `None` if there are none.
fn requirements(dir: &Path) -> Result<Option<Requirements>, PrepareError> {
    let file = dir.join(FILES[1]);
    if file.is_file() {
        let text = read_small(&file)?;
        // Such a line makes pip read other files. The text alone then does not identify an
        // environment.
        let alone = text.lines().all(|line| !line.trim_start().starts_with(['-', '.', '/']));
        let any = text.lines().any(|line| !matches!(line.trim().chars().next(), None | Some('#')));
        return Ok(any.then_some(Requirements { text, file: Some(file), alone }));
    }
    let path = dir.join(FILES[0]);
    let bad = |why: String| PrepareError::Manifest { path: path.clone(), why };
    let table: Table = read_small(&path)?
        .parse()
        .map_err(|error: toml::de::Error| bad(format!("it is not TOML: {}", error.message())))?;
    let listed = table.get("project").and_then(|project| project.get("dependencies"));
    let Some(listed) = listed else {
        let poetry = table.get("tool").and_then(|tool| tool.get("poetry")).is_some();
        let why = "its dependencies are poetry's own; add a requirements.txt (poetry export)";
        return if poetry { Err(bad(why.to_owned())) } else { Ok(None) };
    };
    let wrong = || bad("`project.dependencies` must be a list of strings".to_owned());
    let listed = listed.as_array().ok_or_else(wrong)?;
    let lines: Option<Vec<&str>> = listed.iter().map(toml::Value::as_str).collect();
    let lines = lines.filter(|lines| lines.iter().all(|line| is_one(line))).ok_or_else(wrong)?;
    let text = lines.join("\n");
    Ok((!lines.is_empty()).then_some(Requirements { text, file: None, alone: true }))
}

/// Whether a line is one requirement, and not an option of pip.
fn is_one(line: &str) -> bool {
    !line.trim_start().starts_with('-') && !line.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Result<Option<Requirements>, PrepareError> {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join(name), text).expect("written");
        requirements(dir.path())
    }

    #[test]
    fn requirements_are_read_from_either_python_file() {
        let plain = of("requirements.txt", "aiohttp==3.9\n").expect("read").expect("some");
        assert!(plain.alone);
        let other = of("requirements.txt", "-r base.txt\n").expect("read").expect("some");
        assert!(!other.alone);
        assert!(of("requirements.txt", "\n# nothing\n").expect("read").is_none());
        let text = "[project]\ndependencies = [\"aiohttp\", \"asyncpg\"]";
        let listed = of("pyproject.toml", text).expect("read").expect("some");
        assert_eq!(listed.text, "aiohttp\nasyncpg");
        assert!(of("pyproject.toml", "[project]\nname = \"x\"").expect("read").is_none());
    }

    #[test]
    fn unreadable_pyproject_is_refused_with_the_reason() {
        for (text, says) in [
            ("[tool.poetry.dependencies]\naiohttp = \"*\"", "poetry"),
            ("[project]\ndependencies = \"aiohttp\"", "list of strings"),
            ("[project]\ndependencies = [\"--index-url=x\"]", "list of strings"),
            ("[project", "not TOML"),
        ] {
            let error = of("pyproject.toml", text).expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
