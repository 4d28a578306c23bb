//! A Unix socket whose file goes away with the service, and may be left over from one that was
//! killed.
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
    // Before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let path = std::env::args().nth(1).unwrap_or_else(|| "/tmp/hello.sock".into());
    let listener = Named::bind(Path::new(&path))?;
    let _ = writeln!(stdout(), "listening on {path}");

    let app = Router::new().route("/", get(|| async { "hello\n" }));
    let report = lastorders::serve(listener, app).signals(signals).await;
    // Whoever read this may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}

/// A listener, and its file.
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

/// A process that is killed leaves its file behind, and nobody listens there.
fn remove_stale(path: &Path) -> Result<(), Box<dyn Error>> {
    let shown = path.display();
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return Err(format!("cannot listen on {shown}: it is no socket; move it away").into());
    }
    match Probe::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path)?,
        Err(error) => return Err(format!("cannot tell who listens on {shown}: {error}").into()),
        Ok(_) => {
            return Err(format!("cannot listen on {shown}: another process does; stop it").into());
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
        // First the name, so that nobody new finds us; then the queue, which now stays empty once
        // it is. The other way round, who connects in between would be reset.
        drop(self.file);
        self.listener.seal(context.inner(|io, peer| (io, peer))).await
    }
}

/// Removes the file.
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = fs::remove_file(&self.0);
    }
}
