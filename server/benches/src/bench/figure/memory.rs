use std::fs;
use std::time::Duration;

use super::Plan;
use crate::bench::client::{Client, Exchange};
use crate::bench::contender::Contender;
use crate::bench::error::{Context, Error};
use crate::bench::limits;
use crate::bench::server::{Launch, Server};
use crate::bench::table::{Row, Unit};
use crate::clock::now;
use crate::console::say;
use crate::subject::Kind;

/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// How much a process may vary and be called steady, in KiB.
const STEADY: u64 = 32;

/// How long memory may take to become steady.
const PATIENCE: Duration = Duration::from_secs(40);

/// How long a server may take to accept what has connected.
const ACCEPT: Duration = Duration::from_secs(20);

/// Memory that a server has written to and that nobody shares (`Private_Dirty`), for each
/// connection that stands open: just after its only answer, and when it no longer changes; and for
/// each of half as many more that come then, which may be given what the first have given back.
/// The same for connections that have never sent a byte.
pub(super) fn measure(plan: &Plan) -> Result<Vec<Row>, Error> {
    // Those of all servers at once, and then some.
    limits::open_files(u64::from(plan.memory_connections) * 6 + 256)?;
    let mut rows = stand(plan, "idle connection", true)?;
    rows.extend(stand(plan, "silent connection", false)?);
    rows[0].set_note(
        "memory: axum::serve copies the router for every connection, so what it takes grows with \
         the number of routes; this application has a handful",
    );
    Ok(rows)
}

fn stand(plan: &Plan, what: &str, with_request: bool) -> Result<Vec<Row>, Error> {
    let row = |when: &str| Row::new(format!("{what}, KiB: {when}"), Unit::Kib);
    let (mut fresh, mut steady, mut later) = (row("fresh"), row("steady"), row("more later"));
    let connections = plan.memory_connections;
    let mut groups = Vec::new();
    for contender in Contender::SERVING {
        say(format_args!("memory: {connections} times {what}: {contender}"));
        let mut group =
            IdleClients::start(contender, with_request).map_err(|it| it.of(contender))?;
        fresh.set(contender.kind, group.grow(connections).map_err(|it| it.of(contender))?);
        groups.push(group);
    }
    say(format_args!("memory: waiting until it is steady for {:?}", plan.memory_steady));
    wait_until_steady(&groups, plan.memory_steady)?;
    for group in &mut groups {
        let grown = memory(&group.server)?.saturating_sub(group.before);
        steady.set(group.kind, each(grown, connections));
        later.set(group.kind, group.grow(connections / 2)?);
    }
    Ok(vec![fresh, steady, later])
}

/// A server and the connections that stand open to it.
struct IdleClients {
    server: Server,
    kind: Kind,
    with_request: bool,
    /// Its memory and its open files before the first of them.
    before: u64,
    files: usize,
    clients: Vec<Client>,
}

impl IdleClients {
    fn start(contender: Contender, with_request: bool) -> Result<Self, Error> {
        let launch = Launch { threads: Some(1), ..Launch::default() };
        let server = Server::start(contender, &launch)?;
        let files = open_files(&server)?;
        // What is made once, at the first request, is not the connections' own.
        let mut first = Client::connect(server.address())?;
        first.exchange(&Exchange::last_hello())?;
        first.expect_close()?;
        wait_for_files(&server, files)?;
        let before = memory(&server)?;
        let (kind, clients) = (contender.kind, Vec::new());
        Ok(Self { server, kind, with_request, before, files, clients })
    }

    /// Opens so many more connections. By how many KiB each made the server grow.
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
    let look = || groups.iter().map(|group| memory(&group.server)).collect::<Result<Vec<_>, _>>();
    let due = now() + PATIENCE;
    let (mut level, mut since) = (look()?, now());
    while since.elapsed() < time {
        for group in groups {
            // A pause, unless something has gone wrong.
            if group.server.ends_within(LOOK / 4)? {
                return Err(Error::Wrong(format!("{} ended over idle connections", group.kind)));
            }
        }
        let current = look()?;
        if current.iter().zip(&level).any(|(a, b)| a.abs_diff(*b) > STEADY) {
            (level, since) = (current, now());
        }
        if now() > due {
            return Err(Error::Wrong(format!("memory was not steady within {PATIENCE:?}")));
        }
    }
    Ok(())
}

/// Waits until the server has so many files open: it has accepted, or closed, what it should.
fn wait_for_files(server: &Server, expected: usize) -> Result<(), Error> {
    let due = now() + ACCEPT;
    loop {
        let open = open_files(server)?;
        if open == expected {
            return Ok(());
        }
        if server.ends_within(Duration::from_millis(1))? || now() > due {
            let what = format!("a server has {open} files open and should have {expected}");
            return Err(Error::Wrong(what));
        }
    }
}

/// In KiB.
fn memory(server: &Server) -> Result<u64, Error> {
    let path = format!("/proc/{}/smaps_rollup", server.pid());
    let text = fs::read_to_string(&path).to(format!("read {path}"))?;
    private_dirty(&text).ok_or_else(|| Error::Wrong(format!("{path} has no Private_Dirty")))
}

fn private_dirty(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Private_Dirty:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn open_files(server: &Server) -> Result<usize, Error> {
    let path = format!("/proc/{}/fd", server.pid());
    Ok(fs::read_dir(&path).to(format!("read {path}"))?.count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_found() {
        let text = "5-6 ---p 0 00:00 0 [rollup]\nPrivate_Clean: 8 kB\nPrivate_Dirty:   1234 kB\n";
        assert_eq!(private_dirty(text), Some(1234));
        assert_eq!(private_dirty("Private_Clean: 8 kB\n"), None);
    }
}
