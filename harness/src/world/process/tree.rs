//! Which processes belong to a server: by session, by descent, and by the unguessable
//! `DATABASE_URL` in the environment that children inherit.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, kill_process, pidfd_open, pidfd_send_signal, waitpid,
};

/// One process, from `/proc/PID/stat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    pub(super) name: String,
    pub(super) state: char,
    pub(super) parent: i32,
    pub(super) session: i32,
    /// In clock ticks since boot. The pid and this time together identify a process forever.
    pub(super) started: u64,
}

impl Process {
    fn parse(stat: &str) -> Option<Self> {
        // The name is in parentheses, and may itself contain parentheses.
        let (pid, rest) = stat.split_once(" (")?;
        let (name, rest) = rest.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        Some(Self {
            pid: pid.parse().ok()?,
            name: name.to_owned(),
            state: fields.first()?.chars().next()?,
            parent: fields.get(1)?.parse().ok()?,
            session: fields.get(3)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
        })
    }

    pub(super) fn is_alive(&self) -> bool {
        !matches!(self.state, 'Z' | 'X')
    }
}

/// How a server's processes are recognised.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// The leader's pid, which is also its session's and its group's.
    pub(super) leader: i32,
    /// A text in the environment of the server's processes, except those that cleared theirs.
    pub(super) token: String,
    /// Every member that was ever seen, by pid and start.
    pub(super) seen: HashSet<(i32, u64)>,
}

impl Family {
    /// Every process of the family, including the leader and zombies.
    pub(super) fn members(&mut self) -> Vec<Process> {
        let all = processes();
        let parents: HashMap<i32, i32> = all.iter().map(|p| (p.pid, p.parent)).collect();
        let members: Vec<_> = all.into_iter().filter(|p| self.is_member(p, &parents)).collect();
        self.seen.extend(members.iter().map(|p| (p.pid, p.started)));
        members
    }

    /// Live processes that fled a family: daemons that this process adopted, as the nearest
    /// subreaper, when their parent ended. Each has its own session and started at or after
    /// `since`, in clock ticks since boot. It may come from any server of the run.
    pub(super) fn fled(&self, since: u64) -> Vec<Process> {
        let this = std::process::id().cast_signed();
        let all = processes();
        let Some(ours) = all.iter().find(|process| process.pid == this).map(|this| this.session)
        else {
            return Vec::new();
        };
        let fled = |process: &Process| {
            process.parent == this
                && process.is_alive()
                && process.session != ours
                && !is_of_another(process)
                && process.started >= since
        };
        all.into_iter().filter(fled).collect()
    }

    fn is_member(&self, process: &Process, parents: &HashMap<i32, i32>) -> bool {
        process.session == self.leader
            || self.seen.contains(&(process.pid, process.started))
            || descends(process.pid, self.leader, parents)
            || has_in_environment(process.pid, &self.token)
    }

    /// Kills the family's processes until none is left, and reaps those that this process adopted.
    pub(super) fn kill(&mut self) {
        // A fork bomb may outrun one round. Each round leaves fewer processes that can fork.
        for _ in 0..200 {
            let mut alive = false;
            for process in self.members() {
                if process.is_alive() {
                    alive = true;
                    send(process.pid, Signal::KILL);
                } else if process.pid != self.leader {
                    reap(process.pid);
                }
            }
            if !alive {
                return;
            }
            std::thread::yield_now();
        }
    }
}

/// The leaders of the servers that this process runs, each with its family's token.
static LEADERS: Mutex<Vec<(i32, String)>> = Mutex::new(Vec::new());

pub(super) fn leaders() -> MutexGuard<'static, Vec<(i32, String)>> {
    LEADERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a process belongs to the family of a running server: by session, or by a token that no
/// other process can know.
fn is_of_another(process: &Process) -> bool {
    let leaders = leaders().clone();
    leaders
        .iter()
        .any(|(leader, token)| process.session == *leader || has_in_environment(process.pid, token))
}

/// The start of a process, in clock ticks since boot.
pub(super) fn started(pid: i32) -> Option<u64> {
    Process::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
        .map(|process| process.started)
}

/// Signals one process by a pidfd, because the kernel may give its pid to another process.
pub(super) fn send(pid: i32, signal: Signal) {
    let Some(pid) = Pid::from_raw(pid) else { return };
    match pidfd_open(pid, PidfdFlags::empty()) {
        // This fails only if the process is gone already.
        Ok(pidfd) => drop(pidfd_send_signal(pidfd, signal)),
        // Kernels before 5.3 have no pidfd.
        Err(rustix::io::Errno::NOSYS) => drop(kill_process(pid, signal)),
        Err(_) => {}
    }
}

pub(super) fn reap(pid: i32) {
    // This fails for a process that is no child of this one, which needs no reaping here.
    let _ = waitpid(Pid::from_raw(pid), WaitOptions::NOHANG);
}

fn descends(mut pid: i32, ancestor: i32, parents: &HashMap<i32, i32>) -> bool {
    // Bounded, because the list of processes is not atomic and could contain a cycle.
    for _ in 0..64 {
        if pid == ancestor {
            return true;
        }
        match parents.get(&pid) {
            Some(parent) if *parent > 1 => pid = *parent,
            _ => return false,
        }
    }
    false
}

fn has_in_environment(pid: i32, token: &str) -> bool {
    let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return false };
    // This process does not count, even if its own environment contains the token.
    pid != std::process::id().cast_signed()
        && environment.windows(token.len()).any(|window| window == token.as_bytes())
}

pub(super) fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| Process::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?))
        .collect()
}

/// Kills every child of this process, and returns how many there were.
///
/// Only for a program at its end, when its own children are gone. The children that are left are
/// daemons of servers, which fled their parent, their session and their environment; this process
/// adopted them as the nearest subreaper. A library must not call this, because its program may
/// have other children.
pub fn kill_orphans() -> usize {
    let this = std::process::id().cast_signed();
    let mut killed = 0;
    // Each kill makes this process the parent of more children. Bounded, because some fork faster
    // than they die.
    for _ in 0..200 {
        let children = processes().into_iter().filter(|process| process.parent == this);
        let (alive, dead): (Vec<_>, Vec<_>) = children.partition(|process| process.is_alive());
        for process in dead {
            reap(process.pid);
        }
        if alive.is_empty() {
            break;
        }
        for process in alive {
            killed += 1;
            send(process.pid, Signal::KILL);
        }
        std::thread::yield_now();
    }
    killed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_name_with_parentheses_is_parsed() {
        let stat = "42 (a) b (c) S 7 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 9001 1 1 1";
        let process = Process::parse(stat).unwrap();
        assert_eq!((process.pid, process.name.as_str()), (42, "a) b (c"));
        assert_eq!((process.parent, process.session, process.started), (7, 42, 9001));
        assert!(process.is_alive());
    }

    #[test]
    fn descent_ends_at_init_and_in_a_cycle() {
        let parents = HashMap::from([(5, 4), (4, 3), (3, 1), (8, 9), (9, 8)]);
        assert!(descends(5, 3, &parents));
        assert!(!descends(5, 7, &parents));
        assert!(!descends(8, 7, &parents));
    }
}
