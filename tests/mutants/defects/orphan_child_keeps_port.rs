//! A child in a session of its own outlives the server, with its port open.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::base::{Behaviour, Server, Step, done};

/// The argument that makes this program the child.
pub(crate) const CHILD: &str = "hold-the-port";

/// Long enough to be found, short enough to leave nothing behind where nobody looks.
const HOLD: Duration = Duration::from_secs(20);

/// See the module.
#[derive(Debug)]
pub(crate) struct OrphanChildKeepsPort;

impl Behaviour for OrphanChildKeepsPort {
    fn before_exit<'a>(&'a self, server: &'a Server) -> Step<'a, ()> {
        if let Err(error) = leave_child(server.port) {
            eprintln!("no child: {error}");
        }
        done()
    }
}

/// Binds anew, so that the drain itself is without fault: the port was closed all through it.
fn leave_child(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .stdin(OwnedFd::from(listener))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    // The child speaks when it has left our session, and not before.
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut String::new())?;
    }
    Ok(())
}

/// What the child does: its standard input is the listener, which it holds and never accepts from.
pub(crate) fn hold_the_port() -> ExitCode {
    if let Err(error) = rustix::process::setsid() {
        eprintln!("no session of its own: {error}");
        return ExitCode::FAILURE;
    }
    println!("holding");
    let (_nobody_sends, never) = channel::<()>();
    // Ends by the timeout alone.
    let _ = never.recv_timeout(HOLD);
    ExitCode::SUCCESS
}
