//! A child in a session of its own outlives the server and keeps the port open.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::base::{Behaviour, Server, Step, done};

/// The argument that makes this program the child.
pub(crate) const CHILD: &str = "hold-the-port";

/// Long enough for the judge to find the child, short enough to leave nothing behind.
const HOLD: Duration = Duration::from_secs(20);

/// See the module.
#[derive(Debug)]
pub(crate) struct OrphanChildKeepsPort;

impl Behaviour for OrphanChildKeepsPort {
    fn before_exit<'a>(&'a self, server: &'a Server) -> Step<'a, ()> {
        if let Err(error) = leave_child(server.port) {
            eprintln!("failed to start the child: {error}");
        }
        done()
    }
}

/// Binds the port again after the drain, so that the drain itself is correct.
fn leave_child(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .stdin(OwnedFd::from(listener))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    // The child writes a line once it has left our session.
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut String::new())?;
    }
    Ok(())
}

/// The child: keeps the listener on its standard input open, and accepts nothing.
pub(crate) fn hold_the_port() -> ExitCode {
    if let Err(error) = rustix::process::setsid() {
        eprintln!("failed to start a session: {error}");
        return ExitCode::FAILURE;
    }
    println!("holding");
    let (_nobody_sends, never) = channel::<()>();
    // Nothing is ever sent, so this waits for the timeout.
    let _ = never.recv_timeout(HOLD);
    ExitCode::SUCCESS
}
