use std::path::PathBuf;

use thiserror::Error;

/// A step of a build that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the build failed: `{command}` {how}")]
pub struct BuildFailure {
    /// The command, as one would type it.
    pub command: String,
    /// How it ended, after the command: "exited with status 1".
    pub how: String,
    /// The tail of what it wrote, at most 8 KiB. It is the submission's text: hostile.
    pub output: String,
}

/// Why a subject could not be prepared.
#[derive(Debug, Error)]
pub enum PrepareError {
    /// The directory is none.
    #[error("{} is no directory that can be read: {why}", path.display())]
    NoDirectory {
        /// What was given.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing in the directory says what it is.
    #[error(
        "{} has none of lastorders.toml, Procfile, package.json, pyproject.toml, \
         requirements.txt, go.mod and Cargo.toml; write a lastorders.toml with one line, \
         start = [\"program\", \"argument\"], or give the command itself: lastorders run -- CMD",
        path.display()
    )]
    Unrecognised {
        /// The directory.
        path: PathBuf,
    },
    /// A file that describes the submission is not as it should be.
    #[error("{}: {why}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// The command that was given does not exist.
    #[error(
        "the command `{program}` does not exist: looked {place}; give a program that is in PATH, \
         or a path to one that may be executed"
    )]
    NoCommand {
        /// The program.
        program: String,
        /// Where it was looked for.
        place: String,
    },
    /// A program that the submission needs is not on this machine.
    #[error("`{program}` is not on this machine, and {needed_for} needs it; {fix}")]
    MissingProgram {
        /// The program.
        program: String,
        /// What for.
        needed_for: String,
        /// What to do.
        fix: String,
    },
    /// The user asked for a variable that the server cannot be given.
    #[error("the variable `{name}` cannot be set for the server: {why}")]
    Variable {
        /// Its name.
        name: String,
        /// What is wrong, and what would be right. A value is never quoted.
        why: String,
    },
    /// This machine could not do its part.
    #[error("{what} failed: {why}")]
    Environment {
        /// What was tried.
        what: String,
        /// What happened.
        why: String,
    },
    /// A step of the build failed: the submission's own fault.
    #[error(transparent)]
    Build(#[from] Box<BuildFailure>),
    /// Somebody asked us to stop.
    #[error("interrupted by signal {0} while the server was being built")]
    Interrupted(i32),
}
