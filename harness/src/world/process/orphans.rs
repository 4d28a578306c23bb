use rustix::process::Signal;

use super::tree::{processes, reap, send};

/// Kills every process that this one is the parent of, and returns how many there were.
///
/// For a program at its end, when its own children have gone: then all that is left are daemons of
/// servers, which fled their parent, their session and their environment, and which the kernel has
/// given to us as the nearest subreaper. Never for a library, whose program may have children that
/// are none of its business.
pub fn kill_orphans() -> usize {
    let this = std::process::id().cast_signed();
    let mut killed = 0;
    // Killing one gives us its children: bounded, for those that fork faster than they die.
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
