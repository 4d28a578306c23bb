use std::sync::{Arc, OnceLock};

use axum::Router;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig};
use tokio::io::DuplexStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Policy;
use crate::testing::{Client, MemoryListener, Rig};
use crate::tls::TlsListener;

pub(super) type TlsClient = Client<TlsStream<DuplexStream>>;

/// Starts a server that speaks TLS.
pub(super) fn rig(policy: Policy, app: Router) -> Rig {
    Rig::behind(policy, app, listener, |serve| serve)
}

pub(super) fn listener(listener: MemoryListener) -> TlsListener<MemoryListener> {
    TlsListener::new(listener, Arc::clone(&pair().0))
}

/// Connects, and finishes the handshake.
pub(super) async fn connect(rig: &Rig) -> TlsClient {
    shake_hands(rig.connect()).await.expect("the server speaks TLS")
}

pub(super) async fn shake_hands(client: Client) -> std::io::Result<TlsClient> {
    let connector = TlsConnector::from(Arc::clone(&pair().1));
    connector.connect(name(), client.0).await.map(Client)
}

/// The first message of a client.
pub(super) fn client_hello() -> Vec<u8> {
    let config = Arc::clone(&pair().1);
    let mut session = ClientConnection::new(config, name()).expect("a client");
    let mut hello = Vec::new();
    session.write_tls(&mut hello).expect("memory");
    hello
}

fn name() -> ServerName<'static> {
    ServerName::try_from("localhost").expect("a name")
}

/// One certificate for all tests. The client trusts no other certificate.
fn pair() -> &'static (Arc<ServerConfig>, Arc<ClientConfig>) {
    static PAIR: OnceLock<(Arc<ServerConfig>, Arc<ClientConfig>)> = OnceLock::new();
    PAIR.get_or_init(|| {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a name");
        let certificate: CertificateDer<'static> = made.cert.into();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).expect("a certificate");
        let server = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("the key is the certificate's");
        let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        (Arc::new(server), Arc::new(client))
    })
}
