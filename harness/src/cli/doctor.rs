use std::net::TcpListener;
use std::path::Path;

use super::{exit, print};
use crate::command::installed;
use crate::postgres;
use crate::report::{Fitness, fitness_table};

/// The tools that build submissions. A missing tool affects only submissions that need the tool.
const TOOLS: [(&str, &str); 5] = [
    ("cargo", "https://rustup.rs"),
    ("node", "https://nodejs.org"),
    ("npm", "https://nodejs.org"),
    ("python3", "https://python.org"),
    ("go", "https://go.dev/dl"),
];

/// Prints what this machine has and lacks. Starts no server and no Postgres.
pub(super) async fn doctor() -> Result<u8, u8> {
    let ways: Vec<_> = postgres::doctor().await;
    // One way to a Postgres is enough.
    let any = ways.iter().any(|way| way.ok);
    let ways = ways.into_iter().map(|way| {
        let fitness = if way.ok { Fitness::Has } else { Fitness::Optional };
        (way.what.to_owned(), fitness, way.detail, way.fix)
    });
    let none = || {
        let fix = "any one of the fixes above";
        let detail = "none can be started".to_owned();
        ("postgres".to_owned(), Fitness::Lacks, detail, fix.to_owned())
    };
    let mut rows: Vec<_> = ways.collect();
    rows.extend((!any).then(none));
    rows.extend(machine());
    rows.extend(TOOLS.map(|(tool, from)| match installed(tool) {
        Some(path) => (tool.to_owned(), Fitness::Has, path.display().to_string(), String::new()),
        None => (
            tool.to_owned(),
            Fitness::Optional,
            "is not in PATH; only submissions that are built with it need it".to_owned(),
            format!("install it from {from}"),
        ),
    }));
    let lacking = rows.iter().any(|(_, fitness, ..)| *fitness == Fitness::Lacks);
    print::stdout(&fitness_table(&rows))?;
    Ok(if lacking { exit::ENVIRONMENT } else { exit::PASSED })
}

/// What the judge needs of the kernel.
fn machine() -> Vec<(String, Fitness, String, String)> {
    let row = |what: &str, found: Result<String, String>, fix: &str| match found {
        Ok(detail) => (what.to_owned(), Fitness::Has, detail, String::new()),
        Err(why) => (what.to_owned(), Fitness::Lacks, why, fix.to_owned()),
    };
    let linux = "run on Linux 5.3 or later, outside a sandbox that forbids it";
    let temporary = tempfile::tempdir().map(|dir| parent(dir.path()));
    vec![
        row("/proc", proc_is_there(), "mount it, as `mount -t proc proc /proc`"),
        row("pidfd", pidfd(), linux),
        row("subreaper", subreaper(), linux),
        row("free port", free_port(), "allow programs to listen on 127.0.0.1"),
        row(
            "temporary files",
            temporary.map_err(|error| error.to_string()),
            "set TMPDIR to a writable directory",
        ),
    ]
}

fn parent(dir: &Path) -> String {
    dir.parent().unwrap_or(dir).display().to_string()
}

fn proc_is_there() -> Result<String, String> {
    std::fs::read_to_string("/proc/self/net/tcp")
        .map(|_| "sockets and processes can be watched".to_owned())
        .map_err(|error| format!("/proc/self/net/tcp: {error}"))
}

fn pidfd() -> Result<String, String> {
    let flags = rustix::process::PidfdFlags::empty();
    rustix::process::pidfd_open(rustix::process::getpid(), flags)
        .map(|_| "a process can be watched without a race".to_owned())
        .map_err(|error| error.to_string())
}

fn subreaper() -> Result<String, String> {
    rustix::process::child_subreaper()
        .map(|_| "orphans of a server can be found and killed".to_owned())
        .map_err(|error| error.to_string())
}

fn free_port() -> Result<String, String> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    port.map(|at| format!("such as {}", at.port())).map_err(|error| error.to_string())
}
