use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::PrepareError;
use super::build::{BuildContext, Built, Tool, read_small};
use crate::command::quote;

/// The file's name.
pub(super) const FILE: &str = "Cargo.toml";

/// Builds the package, and takes the program's path from cargo's messages.
pub(super) async fn build(context: &BuildContext<'_>) -> Result<Built, PrepareError> {
    let cargo = Tool {
        program: "cargo",
        needed_for: "a Cargo.toml",
        fix: "install it from https://rustup.rs",
        stdout_is_for_us: true,
    };
    let args = ["build", "--release", "--message-format=json-render-diagnostics"];
    let messages = context.step(&cargo, &args.map(OsString::from)).await?;
    let manifest = context.dir.join(FILE);
    let binaries = binaries(&String::from_utf8_lossy(&messages));
    let default = default_run(&read_small(&manifest)?);
    let start = choose(binaries, default.as_deref())
        .map(|path| vec![path.into_os_string()])
        .map_err(|why| PrepareError::Manifest { path: manifest, why });
    let bin_dir = |words: &Vec<OsString>| Path::new(&words[0]).parent().map(Path::to_owned);
    let bins = start.as_ref().ok().and_then(bin_dir).into_iter().collect();
    Ok(Built { start, bins, note: None, scratch: None })
}

/// One of cargo's messages. Other kinds of messages lack the optional fields.
#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The paths of the programs in cargo's messages, by name.
fn binaries(messages: &str) -> BTreeMap<String, PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(|message| message.reason == "compiler-artifact")
        .filter_map(|message| Some((message.target?, message.executable?)))
        .filter(|(target, _)| target.kind.iter().any(|kind| kind == "bin"))
        .map(|(target, executable)| (target.name, executable))
        .collect()
}

/// The package's `default-run`.
fn default_run(manifest: &str) -> Option<String> {
    let table: toml::Table = manifest.parse().ok()?;
    Some(table.get("package")?.get("default-run")?.as_str()?.to_owned())
}

fn choose(
    mut binaries: BTreeMap<String, PathBuf>,
    default: Option<&str>,
) -> Result<PathBuf, String> {
    if let Some(path) = default.and_then(|name| binaries.remove(name)) {
        return Ok(path);
    }
    if binaries.len() > 1 {
        let names = quote(binaries.keys());
        return Err(format!(
            "it makes several programs ({}); set `default-run` there to the server's, or write a \
             lastorders.toml with `build` and start = [\"target/release/NAME\"] (`cargo run` \
             would get the signal instead of the server)",
            names.replace(' ', ", ")
        ));
    }
    binaries.pop_first().map(|(_, path)| path).ok_or_else(|| {
        "it makes no program; give the directory of the package that does".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: &str = concat!(
        r#"{"reason":"compiler-artifact","target":{"name":"a","kind":["lib"]},"executable":null}"#,
        "\nnot json\n",
        r#"{"reason":"compiler-artifact","target":{"name":"one","kind":["bin"]},"#,
        r#""executable":"/t/release/one"}"#,
        "\n",
        r#"{"reason":"compiler-artifact","target":{"name":"two","kind":["bin"]},"#,
        r#""executable":"/t/release/two"}"#,
        "\n",
        r#"{"reason":"build-finished","success":true}"#,
    );

    #[test]
    fn program_has_the_path_that_cargo_reports() {
        let found = binaries(MESSAGES);
        assert_eq!(found.len(), 2);
        assert_eq!(choose(found, Some("two")), Ok("/t/release/two".into()));
    }

    #[test]
    fn several_programs_are_refused_by_their_names() {
        let why = choose(binaries(MESSAGES), None).expect_err("two");
        assert!(why.contains("(one, two)"), "{why}");
        assert!(choose(BTreeMap::new(), None).expect_err("none").contains("no program"));
        assert_eq!(default_run("[package]\ndefault-run = \"x\"").as_deref(), Some("x"));
    }
}
