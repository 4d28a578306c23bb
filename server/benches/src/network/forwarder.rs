use std::io;
use std::os::fd::OwnedFd;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use serde::Serialize;
use tun_rs::SyncDevice;

use super::delay_line::DelayLine;
use crate::clock::now;

/// The most packets to read from one device before the other has its turn.
const BATCH: usize = 256;

/// Statistics of both directions together.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct WireStats {
    /// Packets that arrived.
    pub packets: u64,
    /// Packets that were dropped because the line was full or the device refused them.
    pub dropped: u64,
    /// The sum of the packets' lateness, in microseconds.
    pub late_us: u64,
    /// The lateness of the latest packet, in microseconds.
    pub latest_us: u64,
}

/// Carries packets between two devices until it is stopped.
#[derive(Debug)]
pub(super) struct Forwarder {
    stop: OwnedFd,
    thread: Option<JoinHandle<WireStats>>,
}

impl Forwarder {
    pub(super) fn start(ends: [SyncDevice; 2], delay: Duration) -> io::Result<Self> {
        for end in &ends {
            end.set_nonblocking(true)?;
        }
        let stop = eventfd(0, EventfdFlags::CLOEXEC)?;
        let stopped = stop.try_clone()?;
        let lines = [DelayLine::new(delay), DelayLine::new(delay)];
        let wire = Wire { ends, lines, carried: WireStats::default() };
        let thread = std::thread::Builder::new().name("forwarder".to_owned());
        let thread = thread.spawn(move || wire.carry_until(&stopped))?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Stops the thread, and returns its statistics.
    pub(super) fn stop(&mut self) -> WireStats {
        let _ = rustix::io::write(&self.stop, &1_u64.to_ne_bytes());
        let thread = self.thread.take();
        thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Wire {
    ends: [SyncDevice; 2],
    /// The packets that enter at the end of the same number, and leave at the other end.
    lines: [DelayLine; 2],
    carried: WireStats,
}

impl Wire {
    fn carry_until(mut self, stopped: &OwnedFd) -> WireStats {
        let mut buffer = vec![0; 65_536];
        loop {
            self.deliver();
            let [first, second] = &self.ends;
            let mut ready = [
                PollFd::new(stopped, PollFlags::IN),
                PollFd::new(first, PollFlags::IN),
                PollFd::new(second, PollFlags::IN),
            ];
            let wait = self.until_due().and_then(|wait| Timespec::try_from(wait).ok());
            if poll(&mut ready, wait.as_ref()).is_err_and(|error| error != rustix::io::Errno::INTR)
            {
                return self.carried;
            }
            let [stop, from_first, from_second] = ready.map(|it| !it.revents().is_empty());
            if stop {
                return self.carried;
            }
            for (end, readable) in [from_first, from_second].into_iter().enumerate() {
                if readable {
                    self.take_in(end, &mut buffer);
                }
            }
        }
    }

    fn take_in(&mut self, end: usize, buffer: &mut [u8]) {
        for _ in 0..BATCH {
            let Ok(length) = self.ends[end].recv(buffer) else { return };
            if !self.lines[end].push(now(), buffer[..length].to_vec()) {
                self.carried.dropped += 1;
            }
        }
    }

    fn deliver(&mut self) {
        let at = now();
        for (end, line) in self.lines.iter_mut().enumerate() {
            while let Some((due, packet)) = line.pop(at) {
                let late = micros(at.saturating_duration_since(due));
                self.carried.late_us += late;
                self.carried.latest_us = self.carried.latest_us.max(late);
                match self.ends[1 - end].send(&packet) {
                    Ok(_) => self.carried.packets += 1,
                    Err(_) => self.carried.dropped += 1,
                }
            }
        }
    }

    fn until_due(&self) -> Option<Duration> {
        let next = self.lines.iter().filter_map(DelayLine::next_due).min()?;
        Some(next.saturating_duration_since(now()))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
