use std::collections::HashSet;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lastorders_model::actor::Exit;
use lastorders_model::plan::Target;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal};
use tokio::sync::watch;

use super::output::Tail;
use super::spawn::{SpawnError, spawn};
use super::tree::{self, Family};
use crate::command::Launch;

/// A running server. Dropping this kills the server and all its children.
#[derive(Debug)]
pub(crate) struct Server {
    pid: i32,
    /// In clock ticks since boot.
    born: u64,
    /// `None` on kernels before 5.3.
    pidfd: Option<OwnedFd>,
    exit: watch::Receiver<Option<Exit>>,
    family: Mutex<Family>,
    stdout: tokio::sync::Mutex<Tail>,
    stderr: tokio::sync::Mutex<Tail>,
}

impl Server {
    /// Starts a server with `PORT` and `DATABASE_URL`. The URL must be unguessable, because every
    /// process with it in the environment counts as a child of this server.
    pub(crate) fn start(launch: &Launch, port: u16, url: &str) -> Result<Self, SpawnError> {
        // As a subreaper, this process adopts the server's orphans, and can find and reap them.
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        let contract = [("PORT", port.to_string()), ("DATABASE_URL", url.to_owned())];
        // The lock is held during the spawn: no scenario may take the new process for a fled one.
        let mut leaders = tree::leaders();
        let mut child = spawn(launch, std::env::vars_os(), &contract)?;
        let pid = child.id().unwrap_or_default().cast_signed();
        leaders.push((pid, url.to_owned()));
        drop(leaders);
        let born = tree::started(pid).unwrap_or_default();
        let pidfd = Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        let stdout = Tail::of(child.stdout.take().expect("it is piped"));
        let stderr = Tail::of(child.stderr.take().expect("it is piped"));
        let (sender, exit) = watch::channel(None);
        tokio::spawn(async move {
            let status = child.wait().await;
            let ended = status.map_or(Exit { code: None, signal: None }, |status| Exit {
                code: status.code(),
                signal: status.signal(),
            });
            let _ = sender.send(Some(ended));
        });
        let family = Family { leader: pid, token: url.to_owned(), seen: HashSet::new() };
        Ok(Self {
            pid,
            born,
            pidfd,
            exit,
            family: Mutex::new(family),
            stdout: tokio::sync::Mutex::new(stdout),
            stderr: tokio::sync::Mutex::new(stderr),
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid.cast_unsigned()
    }

    /// How the leader ended; `None` while it runs.
    pub(crate) fn exit(&self) -> Option<Exit> {
        *self.exit.borrow()
    }

    /// Waits for the end of the leader. Cancel safe.
    pub(crate) async fn exited(&self) -> Exit {
        let ended = self.exit.clone().wait_for(Option::is_some).await.map(|exit| *exit);
        ended.ok().flatten().unwrap_or(Exit { code: None, signal: None })
    }

    /// Sends a signal. A leader that has ended gets none.
    pub(crate) fn signal(&self, signal: Signal, target: Target) {
        if self.exit().is_some() && target == Target::Leader {
            return;
        }
        let Some(pid) = Pid::from_raw(self.pid) else { return };
        // A failure means that no process is left.
        let _ = match (target, &self.pidfd) {
            (Target::Leader, Some(pidfd)) => pidfd_send_signal(pidfd, signal),
            (Target::Leader, None) => rustix::process::kill_process(pid, signal),
            (Target::Group, _) => kill_process_group(pid, signal),
        };
    }

    /// Records which processes belong to the server, before a parent's exit hides their descent.
    pub(crate) fn record_descendants(&self) {
        let _ = self.family.lock().unwrap_or_else(PoisonError::into_inner).members();
    }

    /// The server's live processes without the leader, and those that fled it, as `pid name`.
    pub(crate) fn children(&self) -> Vec<String> {
        let mut family = self.family.lock().unwrap_or_else(PoisonError::into_inner);
        let members = family.members();
        let fled = family.fled(self.born).into_iter().filter(|p| !members.contains(p));
        let fled: Vec<_> = fled.collect();
        let children = members.into_iter().filter(|p| p.is_alive() && p.pid != self.pid);
        let children = children.chain(fled);
        children.map(|p| format!("{} {}", p.pid, p.name)).collect()
    }

    /// The process ids of the server's live processes.
    pub(crate) fn pids(&self) -> Vec<i32> {
        let mut family = self.family.lock().unwrap_or_else(PoisonError::into_inner);
        family.members().into_iter().filter(|p| p.is_alive()).map(|p| p.pid).collect()
    }

    /// Whether every thread of the server's processes is stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        self.pids().into_iter().all(|pid| {
            let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return true };
            tasks.flatten().all(|task| {
                let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
                stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['T', 't']))
            })
        })
    }

    /// Kills the server and all its children, and waits until the leader is reaped.
    pub(crate) async fn kill(&self) {
        self.family.lock().unwrap_or_else(PoisonError::into_inner).kill();
        self.exited().await;
    }

    /// The tails of the server's standard output and error.
    pub(crate) async fn output(&self) -> (String, String) {
        let mut stdout = self.stdout.lock().await;
        let mut stderr = self.stderr.lock().await;
        // A killed server's pipes end at once, unless an escaped child holds them.
        let both = async { tokio::join!(stdout.ended(), stderr.ended()) };
        let _ = tokio::time::timeout(Duration::from_millis(500), both).await;
        (stdout.text(), stderr.text())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.family.lock().unwrap_or_else(PoisonError::into_inner).kill();
        tree::leaders().retain(|(leader, _)| *leader != self.pid);
    }
}
