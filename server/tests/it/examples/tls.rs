use std::sync::Arc;

use lastorders::tls::rustls::pki_types::pem::PemObject;
use lastorders::tls::rustls::pki_types::{CertificateDer, ServerName};
use lastorders::tls::rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::process::Example;
use crate::http::{closed, get, read_answer, send_get};
use crate::within::within;

const HTTP2: &[u8] = b"h2";

async fn start() -> (Example, CertificateDer<'static>) {
    let mut example = Example::start("tls").await;
    let mut pem = example.line().await;
    while !pem.ends_with("-----END CERTIFICATE-----") {
        pem = format!("{pem}\n{}", example.line().await);
    }
    (example, CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate"))
}

/// A client that trusts this certificate and no other.
async fn connect(
    example: &Example,
    certificate: &CertificateDer<'static>,
    protocols: &[&[u8]],
) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("a certificate");
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|it| it.to_vec()).collect();
    let name = ServerName::try_from("localhost").expect("a name");
    let tcp = example.connect().await;
    let shaking = TlsConnector::from(Arc::new(config)).connect(name, tcp);
    within("the handshake to end", shaking).await.expect("the server speaks TLS")
}

#[tokio::test]
async fn tls_answers_arrive_whole_and_connections_close_cleanly() {
    let (example, certificate) = start().await;
    let mut client = connect(&example, &certificate, &[]).await;
    let answer = get(&mut client, "/").await;
    assert_eq!((answer.status(), answer.body.as_str()), (200, "hello, in private\n"));

    // At the signal, one connection is in its handshake, one is past it, and one has a request in
    // flight.
    let mut without_a_byte = example.connect().await;
    let mut without_a_request = connect(&example, &certificate, &[]).await;
    send_get(&mut client, "/").await.expect("the server reads");
    example.terminate();
    let answer = read_answer(&mut client).await.expect("a whole answer");
    assert_eq!(answer.status(), 200);
    // Each of these closes would be an error without `close_notify`.
    assert!(closed(&mut client).await);
    assert!(closed(&mut without_a_request).await);
    assert!(closed(&mut without_a_byte).await);
    drop((client, without_a_request, without_a_byte));
    example.finish().await.assert_clean();
}

#[tokio::test]
async fn alpn_chooses_http2() {
    let (example, certificate) = start().await;
    let mut client = connect(&example, &certificate, &[HTTP2, b"http/1.1"]).await;
    assert_eq!(client.get_ref().1.alpn_protocol(), Some(HTTP2));
    client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("the server reads");
    // Sends an empty SETTINGS frame, and GET / on stream 1.
    client.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.expect("the server reads");
    client
        .write_all(&[0, 0, 3, 1, 5, 0, 0, 0, 1, 0x82, 0x87, 0x84])
        .await
        .expect("the server reads");
    let mut received = Vec::new();
    while !received.ends_with(b"hello, in private\n") {
        let byte = within("an answer", client.read_u8()).await;
        received.push(byte.expect("a whole answer"));
    }
    drop(client);
    example.terminate();
    example.finish().await.assert_clean();
}
