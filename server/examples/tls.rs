//! TLS, with HTTP/1.1 and HTTP/2, and a certificate for `localhost` that is created at the start.
//!
//! ```text
//! cargo run --features tls --example tls
//! curl --insecure https://localhost:3443/
//! ```

use std::io::{Write, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use axum::{Router, routing::get};
use lastorders::tls::TlsListener;
use lastorders::tls::rustls::ServerConfig;
use lastorders::tls::rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    // Register before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let (config, certificate) = config()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3443".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);
    // Clients that verify the server need the certificate.
    let _ = write!(stdout(), "{certificate}");

    let listener = TlsListener::new(listener, Arc::new(config));
    let app = Router::new().route("/", get(|| async { "hello, in private\n" }));
    let report = lastorders::serve(listener, app).signals(signals).await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}

/// Returns the TLS configuration, and the certificate as PEM. A real service reads both from files,
/// with `CertificateDer::pem_file_iter` and `PrivateKeyDer::from_pem_file`.
fn config() -> Result<(ServerConfig, String), Box<dyn std::error::Error>> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    config.alpn_protocols = vec![b"h2".into(), b"http/1.1".into()];
    Ok((config, made.cert.pem()))
}
