use std::ffi::OsString;
use std::path::Path;

use serde_json::{Map, Value};

use super::PrepareError;
use super::build::{BuildContext, Built, Tool, read_small};
use crate::command::plain_words;

/// The file's name.
pub(super) const FILE: &str = "package.json";

const NPM: Tool<'_> = Tool {
    program: "npm",
    needed_for: "a package.json",
    fix: "install Node.js from https://nodejs.org, or give the command: lastorders run -- CMD",
    stdout_is_for_us: false,
};

/// Installs the dependencies, runs the `build` script if there is one, and finds the start command.
pub(super) async fn build(context: &BuildContext<'_>) -> Result<Built, PrepareError> {
    let dir = context.dir;
    let package = read(dir)?;
    if needs_install(dir, &package) {
        let locked = ["package-lock.json", "npm-shrinkwrap.json"]
            .into_iter()
            .any(|file| dir.join(file).is_file());
        let install = if locked { "ci" } else { "install" };
        let args = [install, "--no-audit", "--no-fund"].map(OsString::from);
        context.step(&NPM, &args).await?;
    }
    if script(&package, "build").is_some() {
        context.step(&NPM, &["run", "build"].map(OsString::from)).await?;
    }
    let (start, note) = match start(dir, &package) {
        Ok((words, note)) => (Ok(words), note),
        Err(error) => (Err(error), None),
    };
    let bins = vec![dir.join("node_modules/.bin")];
    Ok(Built { start, bins, note, scratch: None })
}

fn read(dir: &Path) -> Result<Map<String, Value>, PrepareError> {
    let path = dir.join(FILE);
    let text = read_small(&path)?;
    serde_json::from_str(&text).map_err(|error| PrepareError::Manifest {
        path,
        why: format!("it is not a JSON object: {error}"),
    })
}

/// Whether the installed packages are missing or older than the lock file.
fn needs_install(dir: &Path, package: &Map<String, Value>) -> bool {
    let modules = dir.join("node_modules");
    let wanted = ["dependencies", "devDependencies"]
        .into_iter()
        .filter_map(|key| package.get(key)?.as_object())
        .flat_map(Map::keys);
    let mut wanted = wanted.peekable();
    if wanted.peek().is_none() {
        return false;
    }
    let changed = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
    // npm writes this file at the end of an install. A newer lock file has changed since.
    let installed = changed(&modules.join(".package-lock.json"));
    let locked = changed(&dir.join("package-lock.json"));
    let outdated = matches!((installed, locked), (Some(then), Some(now)) if now > then);
    outdated || wanted.any(|name| !modules.join(name).is_dir())
}

fn script<'a>(package: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    package.get("scripts")?.get(name)?.as_str()
}

/// The start command, and a note for the report.
///
/// `npm start` runs the script in a shell and gets the signal instead of the server. Whether npm
/// forwards the signal depends on its version. The judge judges the server and not npm, so it runs
/// a script that is plain `node file` without npm.
fn start(
    dir: &Path,
    package: &Map<String, Value>,
) -> Result<(Vec<OsString>, Option<String>), PrepareError> {
    let hooked = script(package, "prestart").or_else(|| script(package, "poststart")).is_some();
    let main = package.get("main").and_then(Value::as_str);
    match script(package, "start") {
        Some(command) => match plain_words(command) {
            Some(words) if words[0] == "node" && !hooked => {
                let note = format!(
                    "started as `{}`, not by `npm start`: npm would get the signal instead of \
                     the server (npm/cli#4603)",
                    words.join(" ")
                );
                Ok((words.into_iter().map(Into::into).collect(), Some(note)))
            }
            Some(_) | None => {
                let note = "started by `npm start`, which gets the signal instead of the server; \
                            a start script that is plain `node file` is run without npm";
                Ok((["npm", "start"].map(Into::into).to_vec(), Some(note.to_owned())))
            }
        },
        None => ["server.js", "index.js", "app.js"]
            .into_iter()
            .chain(main)
            .find(|file| dir.join(file).is_file())
            .map(|file| (["node", file].map(Into::into).to_vec(), None))
            .ok_or_else(|| PrepareError::Manifest {
                path: dir.join(FILE),
                why: "it has no script `start`, and there is no server.js; add \
                      \"scripts\": {\"start\": \"node FILE\"}"
                    .to_owned(),
            }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::quote;

    fn package(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).expect(text)
    }

    #[test]
    fn plain_node_script_is_started_without_npm() {
        let dir = Path::new("/nowhere");
        for (text, starts) in [
            (r#"{"scripts":{"start":"node src/server.js"}}"#, "node src/server.js"),
            (r#"{"scripts":{"start":"NODE_ENV=x node server.js"}}"#, "npm start"),
            (r#"{"scripts":{"start":"tsx server.ts"}}"#, "npm start"),
            (r#"{"scripts":{"start":"node a.js","prestart":"make"}}"#, "npm start"),
        ] {
            let (words, note) = start(dir, &package(text)).expect(text);
            assert_eq!(quote(words), starts);
            assert!(note.is_some(), "{text}");
        }
        let error = start(dir, &package("{}")).expect_err("nothing to start").to_string();
        assert!(error.contains("no script `start`"), "{error}");
    }

    #[test]
    fn installed_packages_are_not_installed_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let wants = package(r#"{"dependencies":{"pg":"^8"}}"#);
        assert!(needs_install(dir.path(), &wants));
        std::fs::create_dir_all(dir.path().join("node_modules/pg")).expect("made");
        assert!(!needs_install(dir.path(), &wants));
        assert!(!needs_install(Path::new("/nowhere"), &package("{}")));
    }
}
