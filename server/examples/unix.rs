//! A Unix socket whose file is removed with the service. A file that a killed process left behind
//! is replaced.
//!
//! ```text
//! cargo run --example unix -- /tmp/hello.sock
//! curl --unix-socket /tmp/hello.sock http://localhost/
//! ```

use std::error::Error;
use std::fs;
use std::io::{self, Write, stdout};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream as Probe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use axum::{Router, routing::get};
use lastorders::{Listener, SealContext, SealMethod};
use tokio::net::{UnixListener, UnixStream, unix::SocketAddr};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    // Register before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let path = std::env::args().nth(1).unwrap_or_else(|| "/tmp/hello.sock".into());
    let listener = Named::bind(Path::new(&path))?;
    let _ = writeln!(stdout(), "listening on {path}");

    let app = Router::new().route("/", get(|| async { "hello\n" }));
    let report = lastorders::serve(listener, app).signals(signals).await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}

/// A listener, and the file of its socket.
struct Named {
    listener: UnixListener,
    file: SocketFile,
}

impl Named {
    fn bind(path: &Path) -> Result<Self, Box<dyn Error>> {
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                remove_stale(path)?;
                UnixListener::bind(path)
            }
            bound => bound,
        };
        let listener =
            listener.map_err(|error| format!("cannot listen on {}: {error}", path.display()))?;
        Ok(Self { listener, file: SocketFile(path.to_owned()) })
    }
}

/// Removes the file that a killed process left behind, if no process listens on it.
fn remove_stale(path: &Path) -> Result<(), Box<dyn Error>> {
    let shown = path.display();
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return Err(
            format!("cannot listen on {shown}: the file is not a socket; move it away").into()
        );
    }
    match Probe::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path)?,
        Err(error) => {
            return Err(
                format!("cannot find out whether a process listens on {shown}: {error}").into()
            );
        }
        Ok(_) => {
            return Err(format!(
                "cannot listen on {shown}: another process listens there; stop it"
            )
            .into());
        }
    }
    Ok(())
}

impl Listener for Named {
    type Io = UnixStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> io::Result<(UnixStream, SocketAddr)> {
        Listener::accept(&mut self.listener).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    async fn seal(self, context: SealContext<Self>) -> SealMethod {
        // Remove the file first, so that no new client connects, then empty the queue. In the other
        // order, a client that connects in between would be reset.
        drop(self.file);
        self.listener.seal(context.inner(|io, peer| (io, peer))).await
    }
}

/// Removes the file on drop.
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // An error means that the file is already gone.
        let _ = fs::remove_file(&self.0);
    }
}
