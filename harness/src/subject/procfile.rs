use std::ffi::OsString;
use std::path::Path;

use super::PrepareError;
use super::build::read_small;
use crate::command::plain_words;

/// The file's name.
pub(super) const FILE: &str = "Procfile";

/// The command of the `web` line, as it is run, and what a reader should know about it.
pub(super) fn start(dir: &Path) -> Result<(Vec<OsString>, Option<String>), PrepareError> {
    let path = dir.join(FILE);
    let text = read_small(&path)?;
    let web = text.lines().find_map(|line| {
        let (name, command) = line.split_once(':')?;
        (name.trim() == "web").then(|| command.trim())
    });
    match web {
        Some(command) if !command.is_empty() => {
            let (script, note) = script(command);
            Ok((["sh", "-c", &script].map(OsString::from).to_vec(), note))
        }
        Some(_) | None => Err(PrepareError::Manifest {
            path,
            why: "it has no line `web: command`; add one".to_owned(),
        }),
    }
}

/// `exec` puts the server in the shell's place, so that a signal reaches the server itself.
fn script(command: &str) -> (String, Option<String>) {
    let operators = ['|', '&', ';', '\n', '(', ')', '{', '}', '`'];
    let first = command.split(' ').next().unwrap_or_default();
    if command.contains(operators) || first == "exec" {
        let note = "the web line is more than one command, so its shell stays in front of the \
                    server and takes the signal in its place";
        let note = (first != "exec").then(|| note.to_owned());
        return (command.to_owned(), note);
    }
    // `exec NAME=value program` is no command of sh; `env` takes the assignments.
    let env = if first.contains('=') { "env " } else { "" };
    (format!("exec {env}{command}"), None)
}

/// The program of a `web` line, where it can be told: for the language's sake.
pub(super) fn words(script: &str) -> Vec<&str> {
    plain_words(script).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_command_takes_the_place_of_its_shell() {
        for (command, runs, noted) in [
            ("node server.js --port $PORT", "exec node server.js --port $PORT", false),
            ("A=1 node server.js", "exec env A=1 node server.js", false),
            ("exec ./server", "exec ./server", false),
            ("./migrate && ./server", "./migrate && ./server", true),
        ] {
            let (script, note) = script(command);
            assert_eq!((script.as_str(), note.is_some()), (runs, noted));
        }
    }

    #[test]
    fn a_procfile_needs_a_web_line() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join(FILE), "worker: x\nweb : ./server\n").expect("written");
        let (words, _) = start(dir.path()).expect("a web line");
        assert_eq!(words, ["sh", "-c", "exec ./server"]);
        std::fs::write(dir.path().join(FILE), "worker: x\n").expect("written");
        let error = start(dir.path()).expect_err("no web line").to_string();
        assert!(error.contains("no line `web: command`"), "{error}");
    }
}
