use std::fmt;
use std::fs;
use std::str::FromStr;

use rustix::process::{Pid, test_kill_process};

/// The process that made a container or a directory. Another process can find out later whether the
/// owner still runs.
///
/// A process id alone is not enough: the kernel reuses ids, and a container's label can be read on
/// another machine or in another process namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) pid: u32,
    /// When the process started, in clock ticks since boot; 0 if unknown.
    started: u64,
    /// The boot and the process namespace in which `pid` is valid; empty if unknown.
    place: String,
}

/// Whether an owner still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// The owner runs, so its things are in use.
    Alive,
    /// The owner has ended, so its things are left over.
    Dead,
    /// The owner ran on another machine, in another namespace, or before a reboot.
    Unknown,
}

impl Owner {
    /// This process.
    pub(super) fn this() -> Self {
        let pid = std::process::id();
        Self { pid, started: started(pid).unwrap_or_default(), place: place() }
    }

    pub(super) fn life(&self) -> Life {
        if self.place != place() {
            return Life::Unknown;
        }
        if !std::path::Path::new("/proc/self/stat").exists() {
            let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
            return match pid.map(test_kill_process) {
                Some(Ok(()) | Err(rustix::io::Errno::PERM)) => Life::Alive,
                Some(Err(_)) | None => Life::Dead,
            };
        }
        match started(self.pid) {
            Some(started) if started == self.started => Life::Alive,
            Some(_) | None => Life::Dead,
        }
    }
}

impl Owner {
    /// Like [`life`](Self::life), for things on this machine's disk: an owner from before a reboot
    /// is dead.
    pub(super) fn life_on_this_machine(&self) -> Life {
        match self.life() {
            Life::Unknown if boot(&self.place) != boot(&place()) => Life::Dead,
            life => life,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.pid, self.started, self.place)
    }
}

impl FromStr for Owner {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split_whitespace();
        let pid = words.next().and_then(|word| word.parse().ok()).ok_or(())?;
        let started = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        Ok(Self { pid, started, place: words.next().unwrap_or_default().to_owned() })
    }
}

/// The 22nd field of `/proc/PID/stat`. The second field, the program's name, may contain spaces and
/// parentheses, so count from its closing parenthesis. A zombie has ended.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

fn boot(place: &str) -> &str {
    place.split('/').next().unwrap_or_default()
}

fn place() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!("{}/{}", boot.trim(), namespace.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_of_this_process_is_alive_and_survives_printing_and_parsing() {
        let owner = Owner::this();
        assert_eq!(owner.to_string().parse(), Ok(owner.clone()));
        assert_eq!(owner.life(), Life::Alive);
    }

    #[test]
    fn owner_is_dead_once_its_process_id_was_reused() {
        let mut owner = Owner::this();
        owner.started += 1;
        assert_eq!(owner.life(), Life::Dead);
    }

    #[test]
    fn owner_from_another_boot_is_unknown_and_dead_on_this_machine() {
        let mut owner = Owner::this();
        owner.place = "elsewhere/pid:[1]".to_owned();
        assert_eq!((owner.life(), owner.life_on_this_machine()), (Life::Unknown, Life::Dead));
        owner.place = format!("{}/elsewhere", boot(&place()));
        assert_eq!((owner.life(), owner.life_on_this_machine()), (Life::Unknown, Life::Unknown));
    }

    #[test]
    fn malformed_owner_text_is_refused() {
        assert_eq!("".parse::<Owner>(), Err(()));
        assert_eq!("x 1 y".parse::<Owner>(), Err(()));
    }
}
