use std::path::Path;

use lastorders_model::scenario::Hint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The language that a server is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// JavaScript or TypeScript on Node.
    Node,
    /// Python.
    Python,
    /// Go.
    Go,
    /// Java, or another language of the JVM.
    Java,
    /// Rust.
    Rust,
}

impl Language {
    /// Every language, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Node, Self::Python, Self::Go, Self::Java, Self::Rust];

    /// The language's name, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Node => "Node",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::Java => "Java",
            Self::Rust => "Rust",
        }
    }

    /// The fix of a scenario's usual cause in this language.
    #[must_use]
    pub fn fix(self, hint: &Hint) -> &'static str {
        match self {
            Self::Node => hint.node,
            Self::Python => hint.python,
            Self::Go => hint.go,
            Self::Java => hint.java,
            Self::Rust => hint.rust,
        }
    }

    /// The language of a directory, by the files in it.
    pub(super) fn of_dir(dir: &Path) -> Option<Self> {
        const FILES: [(&str, Language); 9] = [
            ("package.json", Language::Node),
            ("pyproject.toml", Language::Python),
            ("requirements.txt", Language::Python),
            ("go.mod", Language::Go),
            ("pom.xml", Language::Java),
            ("build.gradle", Language::Java),
            ("build.gradle.kts", Language::Java),
            ("Cargo.toml", Language::Rust),
            ("setup.py", Language::Python),
        ];
        FILES.iter().find(|(file, _)| dir.join(file).is_file()).map(|(_, language)| *language)
    }

    /// The language of a command, by its words: `node`, `python3`, `app.py`, `server.jar`.
    pub(super) fn of_command<'a>(words: impl Iterator<Item = &'a str>) -> Option<Self> {
        for word in words {
            let name = word.rsplit('/').next().unwrap_or(word);
            let program = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
            match (program, ending) {
                ("node" | "npm" | "npx" | "tsx" | "bun" | "deno", _) => return Some(Self::Node),
                (_, "js" | "mjs" | "cjs" | "ts") => return Some(Self::Node),
                ("python" | "uvicorn" | "gunicorn" | "hypercorn" | "flask", _) | (_, "py") => {
                    return Some(Self::Python);
                }
                ("java", _) | (_, "jar") => return Some(Self::Java),
                ("go", _) => return Some(Self::Go),
                ("cargo", _) => return Some(Self::Rust),
                (_, _) => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_is_recognised_by_the_command() {
        for (command, language) in [
            ("node server.js", Some(Language::Node)),
            ("/usr/bin/python3.11 app.py", Some(Language::Python)),
            ("sh -c gunicorn", Some(Language::Python)),
            ("java -jar app.jar", Some(Language::Java)),
            ("./server.mjs", Some(Language::Node)),
            ("./server", None),
        ] {
            assert_eq!(Language::of_command(command.split(' ')), language, "{command}");
        }
    }
}
