use std::io;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::settings::{Settings, Sort};

/// The drains in a process of their own: what is open and held there is theirs alone.
#[derive(Debug)]
pub(super) struct Companion {
    child: Child,
}

impl Companion {
    /// Starts it. It ends with this process, whatever ends that.
    pub(super) fn start(settings: &Settings, seed: u64) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--only", Sort::Drains.name(), "--seed", &seed.to_string()]);
        command.args(["--for", &humantime::format_duration(settings.length).to_string()]);
        command.args(["--from", &settings.from.to_string()]);
        if let Some(cycles) = settings.cycles {
            command.args(["--cycles", &cycles.to_string()]);
        }
        command.args(["--parent", &std::process::id().to_string()]).kill_on_drop(true);
        Ok(Self { child: command.spawn()? })
    }

    /// Has it end now. It says what it has so far.
    pub(super) fn interrupt(&self) {
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            // It fails when the process has ended by itself.
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }
}
