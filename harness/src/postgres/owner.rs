use std::fmt;
use std::fs;
use std::str::FromStr;

use rustix::process::{Pid, test_kill_process};

/// Which process made a thing, so that another one can tell later whether it is still in use.
///
/// A process id alone does not say: ids are used again, and a container's label may be read on
/// another machine or in another process namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) pid: u32,
    /// When the process started, in clock ticks since boot; 0 where that is not known.
    started: u64,
    /// The boot and the process namespace in which `pid` means something; empty if not known.
    place: String,
}

/// What is known of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It runs: hands off.
    Alive,
    /// It has ended: what it made is left over.
    Dead,
    /// It ran elsewhere, or before a reboot.
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
    /// The same of what lies on this machine's disk: whatever ran before a reboot is dead.
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

/// The 22nd field of `/proc/PID/stat`. The second, the program's name, may hold spaces and
/// parentheses, so fields are counted from the last one. A zombie has ended.
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
    fn this_process_is_alive_and_survives_the_round_trip() {
        let owner = Owner::this();
        assert_eq!(owner.to_string().parse(), Ok(owner.clone()));
        assert_eq!(owner.life(), Life::Alive);
    }

    #[test]
    fn a_process_id_that_was_used_again_is_not_the_owner() {
        let mut owner = Owner::this();
        owner.started += 1;
        assert_eq!(owner.life(), Life::Dead);
    }

    #[test]
    fn a_process_of_another_boot_is_unknown() {
        let mut owner = Owner::this();
        owner.place = "elsewhere/pid:[1]".to_owned();
        assert_eq!((owner.life(), owner.life_on_this_machine()), (Life::Unknown, Life::Dead));
        owner.place = format!("{}/elsewhere", boot(&place()));
        assert_eq!((owner.life(), owner.life_on_this_machine()), (Life::Unknown, Life::Unknown));
    }

    #[test]
    fn rubbish_is_no_owner() {
        assert_eq!("".parse::<Owner>(), Err(()));
        assert_eq!("x 1 y".parse::<Owner>(), Err(()));
    }
}
