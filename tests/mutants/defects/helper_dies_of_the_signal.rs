//! Each job needs the answer of a child process. The child is in the server's process group and
//! dies of a SIGTERM to the group.

use std::io::{self, ErrorKind};
use std::process::{ExitCode, Stdio};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

use crate::base::{Behaviour, Reply, Server, Step};

/// The argument that makes this program the child.
pub(crate) const CHILD: &str = "approve-jobs";

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct HelperDiesOfTheSignal {
    /// The child, from the first job on.
    helper: Mutex<Option<Helper>>,
}

#[derive(Debug)]
struct Helper {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Behaviour for HelperDiesOfTheSignal {
    fn work<'a>(&'a self, server: &'a Server, name: String) -> Step<'a, Reply> {
        Box::pin(async move {
            let reply = server.work(name).await;
            match self.ask().await {
                Ok(()) => reply,
                Err(error) => {
                    eprintln!("failed to ask the helper: {error}");
                    Reply::Failed
                }
            }
        })
    }

    fn before_exit<'a>(&'a self, _server: &'a Server) -> Step<'a, ()> {
        Box::pin(async {
            let Some(helper) = self.helper.lock().await.take() else { return };
            let Helper { mut child, questions, .. } = helper;
            // The child exits at the end of its input.
            drop(questions);
            if let Err(error) = child.wait().await {
                eprintln!("failed to wait for the helper: {error}");
            }
        })
    }
}

impl HelperDiesOfTheSignal {
    async fn ask(&self) -> io::Result<()> {
        let mut helper = self.helper.lock().await;
        let helper = match &mut *helper {
            Some(helper) => helper,
            none => none.insert(Helper::start()?),
        };
        helper.questions.write_all(b"?\n").await?;
        match helper.answers.read_line(&mut String::new()).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

impl Helper {
    fn start() -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(CHILD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (questions, answers) = pipes.ok_or(ErrorKind::BrokenPipe)?;
        Ok(Self { child, questions, answers: BufReader::new(answers) })
    }
}

/// The child: answers each line of its input with a line.
pub(crate) fn approve_jobs() -> ExitCode {
    for _ in io::stdin().lines().map_while(Result::ok) {
        println!("approved");
    }
    ExitCode::SUCCESS
}
