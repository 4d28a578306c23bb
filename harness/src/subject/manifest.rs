use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::{Table, Value};

use super::PrepareError;
use super::build::{BuildContext, Built, Tool, read_small};
use super::variable::refuse;

/// The keys of `lastorders.toml`.
pub const MANIFEST_KEYS: [&str; 5] = ["build", "start", "env", "cwd", "ready_timeout"];

/// The file's name.
pub(super) const FILE: &str = "lastorders.toml";

/// The contents of `lastorders.toml`, which a submission's author writes.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Manifest {
    pub(super) build: Vec<Vec<String>>,
    pub(super) start: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    pub(super) cwd: Option<PathBuf>,
    pub(super) ready_timeout: Option<Duration>,
}

impl Manifest {
    /// Reads `lastorders.toml` of a directory.
    pub(super) fn read(dir: &Path) -> Result<Self, PrepareError> {
        let path = dir.join(FILE);
        let text = read_small(&path)?;
        Self::parse(&text).map_err(|why| PrepareError::Manifest { path, why })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            format!("it is not TOML: {}", error.to_string().trim().replace('\n', "\n  "))
        })?;
        let mut manifest = Self::default();
        for (key, value) in &table {
            match key.as_str() {
                "build" => manifest.build = commands(value)?,
                "start" => manifest.start = words("start", value)?,
                "env" => manifest.env = variables(value)?,
                "cwd" => manifest.cwd = Some(text_of("cwd", value)?.into()),
                "ready_timeout" => manifest.ready_timeout = Some(duration(value)?),
                other => return Err(unknown(other)),
            }
        }
        if manifest.start.is_empty() {
            return Err("`start` is missing; say how the server is started, as \
                        start = [\"program\", \"argument\"]"
                .to_owned());
        }
        Ok(manifest)
    }

    /// Runs the commands of `build`.
    pub(super) async fn build(&self, context: &BuildContext<'_>) -> Result<Built, PrepareError> {
        for words in &self.build {
            let [program, args @ ..] = words.as_slice() else { continue };
            let tool = Tool {
                program,
                needed_for: "the build in lastorders.toml",
                fix: "install it, or correct `build`",
                stdout_is_for_us: false,
            };
            let args: Vec<OsString> = args.iter().map(Into::into).collect();
            context.step(&tool, &args).await?;
        }
        Ok(Built::nothing(Ok(self.start.iter().map(Into::into).collect())))
    }
}

fn unknown(key: &str) -> String {
    let known = MANIFEST_KEYS.join(", ");
    let near = nearest(key, MANIFEST_KEYS.into_iter())
        .map(|near| format!("; did you mean `{near}`?"))
        .unwrap_or_default();
    format!("`{key}` is not a key of this file, which has {known}{near}")
}

/// One command, or a list of commands.
fn commands(value: &Value) -> Result<Vec<Vec<String>>, String> {
    let Value::Array(items) = value else { return words("build", value).map(|one| vec![one]) };
    if items.iter().all(Value::is_array) {
        return items.iter().map(|item| words("build", item)).collect();
    }
    words("build", value).map(|one| vec![one])
}

fn words(key: &str, value: &Value) -> Result<Vec<String>, String> {
    let wrong = || {
        format!(
            "`{key}` must be a list of strings, such as [\"node\", \"server.js\"] (no shell \
             reads it); it is {}",
            kind(value)
        )
    };
    let Value::Array(items) = value else { return Err(wrong()) };
    let words: Option<Vec<_>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    match words {
        Some(words) if words.first().is_some_and(|program| !program.is_empty()) => Ok(words),
        Some(_) => Err(format!("`{key}` is empty; its first string must be a program")),
        None => Err(wrong()),
    }
}

fn variables(value: &Value) -> Result<Vec<(String, String)>, String> {
    let Value::Table(table) = value else {
        return Err(format!("`env` must be a table of strings; it is {}", kind(value)));
    };
    table
        .iter()
        .map(|(name, value)| {
            if let Some(why) = refuse(name.as_ref()) {
                return Err(format!("`env` sets {name:?}: {why}"));
            }
            Ok((name.clone(), text_of(&format!("env.{name}"), value)?))
        })
        .collect()
}

/// The longest `ready_timeout`.
const LONGEST_READY: Duration = Duration::from_secs(3600);

fn duration(value: &Value) -> Result<Duration, String> {
    let text = text_of("ready_timeout", value)?;
    humantime::parse_duration(&text)
        .map_err(|error| format!("`ready_timeout` must be a time such as \"45s\": {error}"))
        .and_then(|time| match time {
            Duration::ZERO => Err("`ready_timeout` must be longer than 0".to_owned()),
            time if time > LONGEST_READY => {
                Err("`ready_timeout` must be at most an hour".to_owned())
            }
            time => Ok(time),
        })
}

fn text_of(key: &str, value: &Value) -> Result<String, String> {
    match value.as_str() {
        Some(text) if !text.contains('\0') => Ok(text.to_owned()),
        Some(_) => Err(format!("`{key}` contains a NUL character")),
        None => Err(format!("`{key}` must be a string; it is {}", kind(value))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(_) => "a boolean",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list of other things",
        Value::Table(_) => "a table",
    }
}

/// The known name that is nearest to a mistyped one; `None` if no name is near.
pub(crate) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (distance(given, name), name))
        .filter(|(far, name)| *far <= 2.max(name.len() / 4))
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

/// Levenshtein's distance, in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // A user's word may have any length, and all known names are short.
    for (i, x) in a.chars().take(200).enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_is_suggested_and_a_far_one_is_not() {
        let known = ["build", "start", "ready_timeout"];
        for (given, near) in [
            ("strat", Some("start")),
            ("ready-timeout", Some("ready_timeout")),
            ("image", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, known.into_iter()), near, "{given}");
        }
    }

    #[test]
    fn manifest_with_every_key_is_parsed() {
        let manifest = Manifest::parse(
            "build = [[\"npm\", \"ci\"], [\"npm\", \"run\", \"build\"]]\n\
             start = [\"node\", \"dist/server.js\"]\n\
             cwd = \"app\"\nready_timeout = \"1m 5s\"\n[env]\nNODE_ENV = \"production\"\n",
        )
        .expect("a good manifest");
        assert_eq!(manifest.build, [vec!["npm", "ci"], vec!["npm", "run", "build"]]);
        assert_eq!(manifest.start, ["node", "dist/server.js"]);
        assert_eq!(manifest.env, [("NODE_ENV".to_owned(), "production".to_owned())]);
        assert_eq!(manifest.cwd.as_deref(), Some(Path::new("app")));
        assert_eq!(manifest.ready_timeout, Some(Duration::from_secs(65)));
    }

    #[test]
    fn every_mistake_in_a_manifest_is_reported_with_its_correction() {
        for (text, says) in [
            ("", "`start` is missing"),
            ("start = \"node server.js\"", "must be a list of strings"),
            ("start = []", "`start` is empty"),
            ("start = [1]", "a list of other things"),
            ("strat = [\"a\"]", "did you mean `start`?"),
            ("start = [\"a\"]\nimage = \"x\"", "has build, start, env, cwd, ready_timeout"),
            ("start = [\"a\"]\nready_timeout = 5", "must be a string; it is a number"),
            ("start = [\"a\"]\nready_timeout = \"soon\"", "such as \"45s\""),
            ("start = [\"a\"]\nready_timeout = \"0s\"", "longer than 0"),
            ("start = [\"a\"]\nenv = 1", "must be a table"),
            (
                "start = [\"a\"]\nenv = { PORT = \"1\" }",
                "sets \"PORT\": lastorders gives the server its own",
            ),
            ("start = [", "it is not TOML"),
        ] {
            let why = Manifest::parse(text).expect_err(text);
            assert!(why.contains(says), "{text}: {why}");
        }
    }
}
