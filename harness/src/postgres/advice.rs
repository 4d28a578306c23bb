use std::fmt;
use std::path::Path;

use crate::command::installed;

/// How much a fix asks of the user. The advice is sorted in this order, least effort first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effort {
    /// One command starts an installed program.
    Start,
    /// An installed program needs a right, a setting, or room on a disk.
    Repair,
    /// An installed program needs the network.
    Network,
    /// An installed package manager installs the missing program.
    Install,
    /// The user gives the address of a running server.
    Address,
    /// The user brings a program to the machine.
    Obtain,
}

/// What the user can do about an attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fix {
    pub(super) effort: Effort,
    /// An instruction, with a command if there is one.
    pub(super) text: String,
}

/// A source of Postgres that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The source, as `docker: postgres:17-alpine through testcontainers`.
    pub tried: String,
    /// The error.
    pub happened: String,
    /// How to fix the failure, with a command if there is one. Empty if this machine has no fix.
    pub fix: String,
    pub(super) effort: Effort,
}

/// Facts about the machine that make one fix easier than another.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Machine {
    root: bool,
    systemd: bool,
    /// Whether `docker` is in `PATH`. On most machines the daemon is then installed too.
    docker: bool,
    /// Whether `DOCKER_HOST` is set, which names the daemon.
    docker_host: bool,
    /// The command that installs a server; without `sudo`.
    install: Option<&'static str>,
}

/// Package managers, and how each installs a server.
const MANAGERS: [(&str, &str); 6] = [
    ("apt-get", "apt-get install -y postgresql"),
    ("dnf", "dnf install -y postgresql-server"),
    ("apk", "apk add postgresql"),
    ("pacman", "pacman -S postgresql"),
    ("zypper", "zypper install postgresql-server"),
    ("brew", "brew install postgresql@17"),
];

impl Fix {
    pub(super) fn new(effort: Effort, text: impl Into<String>) -> Self {
        Self { effort, text: text.into() }
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Attempt {
    pub(super) fn new(tried: impl Into<String>, happened: impl fmt::Display, fix: Fix) -> Self {
        let Fix { effort, text } = fix;
        Self { tried: tried.into(), happened: happened.to_string(), fix: text, effort }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.tried, self.happened)
    }
}

impl Machine {
    /// Looks at `PATH` and a few files.
    pub(super) fn detect() -> Self {
        let install = MANAGERS.iter().find(|(manager, _)| installed(manager).is_some());
        Self {
            root: rustix::process::geteuid().is_root(),
            systemd: Path::new("/run/systemd/system").exists(),
            docker: installed("docker").is_some(),
            docker_host: std::env::var_os("DOCKER_HOST").is_some_and(|host| !host.is_empty()),
            install: install.map(|(_, command)| *command),
        }
    }

    /// How to make Docker's daemon answer; `happened` is the error of its client.
    pub(super) fn reach_docker(&self, happened: &str) -> Fix {
        if happened.contains("ermission denied") {
            let text = "let your user reach Docker: `sudo usermod -aG docker $USER`, then log in \
                        again";
            return Fix::new(Effort::Repair, text);
        }
        if self.docker_host {
            let text = "start the Docker daemon that DOCKER_HOST names, or unset DOCKER_HOST";
            return Fix::new(Effort::Repair, text);
        }
        if !self.docker {
            return Fix::new(Effort::Obtain, "install Docker: https://docs.docker.com/get-docker");
        }
        let how = if self.systemd {
            format!("`{}`", self.as_root("systemctl start docker"))
        } else {
            format!("`{}`, or Docker Desktop", self.as_root("dockerd"))
        };
        Fix::new(Effort::Start, format!("start the Docker daemon: {how}"))
    }

    /// How to install server binaries on this machine.
    pub(super) fn install_server(&self) -> Fix {
        match self.install {
            Some(command) => {
                let command = self.as_root(command);
                Fix::new(Effort::Install, format!("install a PostgreSQL server: `{command}`"))
            }
            None => Fix::new(
                Effort::Obtain,
                "install a PostgreSQL server, with initdb and postgres in PATH",
            ),
        }
    }

    fn as_root(&self, command: &str) -> String {
        if self.root || command.starts_with("brew") {
            command.to_owned()
        } else {
            format!("sudo {command}")
        }
    }
}

/// The fixes for these attempts, least effort first. Any one fix is enough.
pub(super) fn ranked(attempts: &[Attempt]) -> Vec<&str> {
    const ADDRESS: &str = "name a server that you have: --postgres \
                           postgres://user:password@host:5432/postgres (the user needs CREATEDB \
                           and CREATEROLE)";
    const AUTO: &str = "--postgres auto takes the first source that works on this machine";
    let mut fixes: Vec<_> = attempts.iter().map(|one| (one.effort, one.fix.as_str())).collect();
    // With a single attempt, the user chose the source.
    fixes.push(if attempts.len() > 1 {
        (Effort::Address, ADDRESS)
    } else {
        (Effort::Obtain, AUTO)
    });
    fixes.retain(|(_, text)| !text.is_empty());
    fixes.sort_by_key(|(effort, _)| *effort);
    let mut texts: Vec<&str> = fixes.into_iter().map(|(_, text)| text).collect();
    texts.dedup();
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &str = "connection refused";

    fn attempts(machine: Machine, npm: Fix) -> Vec<Attempt> {
        let github = Fix::new(Effort::Obtain, "github");
        [machine.reach_docker(REFUSED), machine.install_server(), npm, github]
            .map(|fix| Attempt::new("source", "why", fix))
            .to_vec()
    }

    fn order(attempts: &[Attempt]) -> Vec<&str> {
        const WORDS: [&str; 8] = [
            "systemctl start",
            "install Docker",
            "apt-get",
            "install a PostgreSQL server, with",
            "npm's network",
            "Node.js",
            "github",
            "--postgres postgres://",
        ];
        let word = |text: &&str| WORDS.into_iter().find(|word| text.contains(word)).expect("known");
        ranked(attempts).iter().map(word).collect()
    }

    #[test]
    fn advice_begins_with_the_tools_of_this_machine() {
        let (network, obtain) =
            (Fix::new(Effort::Network, "npm's network"), Fix::new(Effort::Obtain, "Node.js"));
        let bare = Machine::default();
        let apt = Machine { install: Some(MANAGERS[0].1), ..bare };
        let docker = Machine { docker: true, systemd: true, ..apt };
        for (machine, npm, expected) in [
            // A Docker client without its daemon: one command.
            (
                docker,
                network.clone(),
                vec![
                    "systemctl start",
                    "npm's network",
                    "apt-get",
                    "--postgres postgres://",
                    "github",
                ],
            ),
            // npm without a network, and no Docker.
            (
                apt,
                network,
                vec![
                    "npm's network",
                    "apt-get",
                    "--postgres postgres://",
                    "install Docker",
                    "github",
                ],
            ),
            // A package manager, and no npm.
            (
                apt,
                obtain.clone(),
                vec!["apt-get", "--postgres postgres://", "install Docker", "Node.js", "github"],
            ),
            // Nothing at all.
            (
                bare,
                obtain,
                vec![
                    "--postgres postgres://",
                    "install Docker",
                    "install a PostgreSQL server, with",
                    "Node.js",
                    "github",
                ],
            ),
        ] {
            assert_eq!(order(&attempts(machine, npm)), expected, "{machine:?}");
        }
    }

    #[test]
    fn fix_says_sudo_unless_user_is_root_or_manager_is_brew() {
        let user = Machine { docker: true, install: Some(MANAGERS[0].1), ..Machine::default() };
        assert!(user.install_server().text.contains("`sudo apt-get"));
        assert!(user.reach_docker(REFUSED).text.contains("`sudo dockerd`"));
        let root = Machine { root: true, systemd: true, ..user };
        assert!(root.install_server().text.contains("`apt-get"));
        assert!(root.reach_docker(REFUSED).text.contains("`systemctl start docker`"));
        let brew = Machine { install: Some("brew install postgresql@17"), ..user };
        assert!(brew.install_server().text.contains("`brew"));
    }

    #[test]
    fn docker_permission_error_suggests_usermod_and_not_a_start() {
        let machine = Machine { docker: true, ..Machine::default() };
        assert!(machine.reach_docker("Permission denied (os error 13)").text.contains("usermod"));
        let elsewhere = Machine { docker_host: true, ..machine };
        assert!(elsewhere.reach_docker(REFUSED).text.contains("DOCKER_HOST"));
    }

    #[test]
    fn failed_choice_advises_its_fix_first_and_auto_second() {
        let chosen = Attempt::new("source", "why", Fix::new(Effort::Start, "start it"));
        let advice = ranked(std::slice::from_ref(&chosen)).join("\n");
        assert!(advice.starts_with("start it\n--postgres auto"), "{advice}");
    }
}
