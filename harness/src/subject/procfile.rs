use std::ffi::OsString;
use std::path::Path;

use super::PrepareError;
use super::build::read_small;
use crate::command::plain_words;

/// The file's name.
pub(super) const FILE: &str = "Procfile";

/// The command of the `web` line as it is run, and a note for the report.
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
            why: "it has no line `web: command`; add that line".to_owned(),
        }),
    }
}

/// The shell script of a `web` line. `exec` replaces the shell by the server, so that a signal
/// reaches the server.
fn script(command: &str) -> (String, Option<String>) {
    let operators = ['|', '&', ';', '\n', '(', ')', '{', '}', '`'];
    let first = command.split(' ').next().unwrap_or_default();
    if command.contains(operators) || first == "exec" {
        let note = "the web line is more than one command, so its shell stays the parent of the \
                    server and gets the signal instead of the server";
        let note = (first != "exec").then(|| note.to_owned());
        return (command.to_owned(), note);
    }
    // sh has no `exec NAME=value program`, so `env` makes the assignments.
    let env = if first.contains('=') { "env " } else { "" };
    (format!("exec {env}{command}"), None)
}

/// The words of a `web` line, by which its language is recognised; empty if it needs a shell.
pub(super) fn words(script: &str) -> Vec<&str> {
    plain_words(script).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_command_of_a_procfile_replaces_its_shell() {
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
    fn procfile_needs_a_web_line() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join(FILE), "worker: x\nweb : ./server\n").expect("written");
        let (words, _) = start(dir.path()).expect("a web line");
        assert_eq!(words, ["sh", "-c", "exec ./server"]);
        std::fs::write(dir.path().join(FILE), "worker: x\n").expect("written");
        let error = start(dir.path()).expect_err("no web line").to_string();
        assert!(error.contains("no line `web: command`"), "{error}");
    }
}
