use std::io;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::settings::{CycleKind, Settings};

/// The drains in a separate process, so that descriptors and heap are theirs alone.
#[derive(Debug)]
pub(super) struct DrainsProcess {
    child: Child,
}

impl DrainsProcess {
    /// Starts the process. It ends when this process ends.
    pub(super) fn start(settings: &Settings, seed: u64) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--only", CycleKind::Drains.name(), "--seed", &seed.to_string()]);
        command.args(["--for", &humantime::format_duration(settings.length).to_string()]);
        command.args(["--from", &settings.from.to_string()]);
        if let Some(cycles) = settings.cycles {
            command.args(["--cycles", &cycles.to_string()]);
        }
        command.args(["--parent", &std::process::id().to_string()]).kill_on_drop(true);
        Ok(Self { child: command.spawn()? })
    }

    /// Interrupts the process. It prints the results so far, and ends.
    pub(super) fn interrupt(&self) {
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            // An error means that the process has ended already.
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }
}
