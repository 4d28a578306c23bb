use std::fs;
use std::time::Duration;

use super::Plan;
use crate::bench::client::{Client, Exchange};
use crate::bench::error::{Context, Error};
use crate::bench::machine;
use crate::bench::policy_variant::PolicyVariant;
use crate::bench::table::{Row, Unit};
use crate::clock::now;
use crate::console::print_status;
use crate::process::Process;
use crate::subject::ServerKind;

/// The interval between two readings of memory.
const READ_EVERY: Duration = Duration::from_millis(250);

/// How much a steady process's memory may vary, in KiB.
const STEADY: u64 = 32;

/// How long memory may take to become steady.
const PATIENCE: Duration = Duration::from_secs(40);

/// How long a server may take to accept all connections.
const ACCEPT: Duration = Duration::from_secs(20);

/// Measures the private memory that a server has written to (`Private_Dirty`), per open connection,
/// in KiB: just after the connection's only answer, and when the memory is steady. Then half as
/// many further connections are opened and measured; they may reuse memory that the first ones
/// released. The same is measured for connections that have never sent a byte.
pub(super) fn measure(plan: &Plan) -> Result<Vec<Row>, Error> {
    // The connections of all servers are open at once, and some files more.
    machine::allow_open_files(u64::from(plan.memory_connections) * 6 + 256)?;
    let mut rows = measure_connections(plan, "idle connection", true)?;
    rows.extend(measure_connections(plan, "silent connection", false)?);
    rows[0].set_note(
        "memory: axum::serve copies the router for every connection, so what it takes grows with \
         the number of routes; this application has a handful",
    );
    Ok(rows)
}

fn measure_connections(plan: &Plan, what: &str, with_request: bool) -> Result<Vec<Row>, Error> {
    let row = |when: &str| Row::new(format!("{what}, KiB: {when}"), Unit::Kib);
    let (mut fresh, mut steady, mut later) = (row("fresh"), row("steady"), row("more later"));
    let connections = plan.memory_connections;
    let mut groups = Vec::new();
    for variant in PolicyVariant::SERVING {
        print_status(format_args!("memory: {connections} times {what}: {variant}"));
        let mut group = IdleClients::start(variant, with_request).map_err(|it| it.of(variant))?;
        fresh.set(variant.kind, group.grow(connections).map_err(|it| it.of(variant))?);
        groups.push(group);
    }
    print_status(format_args!("memory: waiting until it is steady for {:?}", plan.memory_steady));
    wait_until_steady(&groups, plan.memory_steady)?;
    for group in &mut groups {
        let grown = memory(&group.server)?.saturating_sub(group.before);
        steady.set(group.kind, each(grown, connections));
        later.set(group.kind, group.grow(connections / 2)?);
    }
    Ok(vec![fresh, steady, later])
}

/// A server, and the idle connections to it.
struct IdleClients {
    server: Process,
    kind: ServerKind,
    with_request: bool,
    /// Memory in KiB, before the first connection.
    before: u64,
    files: usize,
    clients: Vec<Client>,
}

impl IdleClients {
    fn start(variant: PolicyVariant, with_request: bool) -> Result<Self, Error> {
        let launch = variant.launch().option("--threads", 1);
        let server = Process::start(launch).to("start a server")?;
        let files = open_files(&server)?;
        // The first request allocates memory once, which must not count for the connections.
        let mut first = Client::connect(server.address())?;
        first.exchange(&Exchange::last_hello())?;
        first.expect_close()?;
        wait_for_files(&server, files)?;
        let before = memory(&server)?;
        let (kind, clients) = (variant.kind, Vec::new());
        Ok(Self { server, kind, with_request, before, files, clients })
    }

    /// Opens more connections. Returns by how many KiB each made the server grow.
    fn grow(&mut self, connections: u32) -> Result<f64, Error> {
        let before = memory(&self.server)?;
        for _ in 0..connections {
            let mut client = Client::connect(self.server.address())?;
            if self.with_request {
                client.exchange(&Exchange::hello())?;
            }
            self.clients.push(client);
        }
        wait_for_files(&self.server, self.files + self.clients.len())?;
        Ok(each(memory(&self.server)?.saturating_sub(before), connections))
    }
}

fn each(kib: u64, connections: u32) -> f64 {
    kib as f64 / f64::from(connections)
}

fn wait_until_steady(groups: &[IdleClients], time: Duration) -> Result<(), Error> {
    let read = || groups.iter().map(|group| memory(&group.server)).collect::<Result<Vec<_>, _>>();
    let due = now() + PATIENCE;
    let (mut level, mut since) = (read()?, now());
    while since.elapsed() < time {
        for group in groups {
            // This pauses, unless the server has ended.
            if group.server.ends_within(READ_EVERY / 4).to("watch a server")? {
                return Err(Error::Wrong(format!(
                    "{} ended while connections were idle",
                    group.kind
                )));
            }
        }
        let current = read()?;
        if current.iter().zip(&level).any(|(a, b)| a.abs_diff(*b) > STEADY) {
            (level, since) = (current, now());
        }
        if now() > due {
            return Err(Error::Wrong(format!("memory was not steady within {PATIENCE:?}")));
        }
    }
    Ok(())
}

/// Waits until the server has `expected` open files, so it has accepted or closed all connections.
fn wait_for_files(server: &Process, expected: usize) -> Result<(), Error> {
    let due = now() + ACCEPT;
    loop {
        let open = open_files(server)?;
        if open == expected {
            return Ok(());
        }
        if server.ends_within(Duration::from_millis(1)).to("watch a server")? || now() > due {
            let what = format!("a server has {open} open files, expected {expected}");
            return Err(Error::Wrong(what));
        }
    }
}

/// Private memory of the server, in KiB.
fn memory(server: &Process) -> Result<u64, Error> {
    let path = format!("/proc/{}/smaps_rollup", server.pid());
    let text = fs::read_to_string(&path).to(format!("read {path}"))?;
    private_dirty(&text).ok_or_else(|| Error::Wrong(format!("{path} has no Private_Dirty")))
}

fn private_dirty(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Private_Dirty:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn open_files(server: &Process) -> Result<usize, Error> {
    let path = format!("/proc/{}/fd", server.pid());
    Ok(fs::read_dir(&path).to(format!("read {path}"))?.count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_dirty_is_parsed() {
        let text = "5-6 ---p 0 00:00 0 [rollup]\nPrivate_Clean: 8 kB\nPrivate_Dirty:   1234 kB\n";
        assert_eq!(private_dirty(text), Some(1234));
        assert_eq!(private_dirty("Private_Clean: 8 kB\n"), None);
    }
}
