use std::path::PathBuf;

use thiserror::Error;

/// A step of a build that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the build failed: `{command}` {how}")]
pub struct BuildFailure {
    /// The command, quoted for a shell.
    pub command: String,
    /// How the command ended, such as "exited with status 1".
    pub how: String,
    /// The tail of the command's output, at most 8 KiB. It may be hostile.
    pub output: String,
}

/// Why a subject could not be prepared.
#[derive(Debug, Error)]
pub enum PrepareError {
    /// The path is not a readable directory.
    #[error("{} is not a readable directory: {why}", path.display())]
    NoDirectory {
        /// The path.
        path: PathBuf,
        /// The operating system's error, or that the path is a file.
        why: String,
    },
    /// The directory has none of the files that are recognised.
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
    /// A file that describes the submission is wrong.
    #[error("{}: {why}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong, and how to correct it.
        why: String,
    },
    /// The command does not exist.
    #[error(
        "the command `{program}` does not exist: looked {place}; give a program that is in PATH, \
         or the path of an executable file"
    )]
    NoCommand {
        /// The program.
        program: String,
        /// Where the search was, such as "in PATH".
        place: String,
    },
    /// A program that the submission needs is not on this machine.
    #[error("`{program}` is not on this machine, and {needed_for} needs it; {fix}")]
    MissingProgram {
        /// The program.
        program: String,
        /// The file or step that needs the program.
        needed_for: String,
        /// What to do, such as "install it, or correct `build`".
        fix: String,
    },
    /// The user gave the server a variable that cannot be set.
    #[error("the variable `{name}` cannot be set for the server: {why}")]
    Variable {
        /// The variable's name.
        name: String,
        /// What is wrong, and how to correct it. The text never contains the value.
        why: String,
    },
    /// This machine could not do its part.
    #[error("{what} failed: {why}")]
    Environment {
        /// The operation that failed.
        what: String,
        /// The operating system's error.
        why: String,
    },
    /// A step of the build failed, which is the submission's own fault.
    #[error(transparent)]
    Build(#[from] Box<BuildFailure>),
    /// The build was interrupted.
    #[error("interrupted by signal {0} while the server was being built")]
    Interrupted(i32),
}
