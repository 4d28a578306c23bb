use super::peers::{client_hello, connect, listener, rig, shake_hands};
use crate::testing::{Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

#[tokio::test(start_paused = true)]
async fn slow_tls_handshake_delays_no_other_client() {
    let rig = rig(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut slow = rig.connect();
    let hello = client_hello();
    slow.send(&hello[..1]).await;
    let mut client = connect(&rig).await;
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 200);
    assert!(slow.is_quiet().await);
    assert_eq!(rig.elapsed(), ms(0));
}

#[tokio::test(start_paused = true)]
async fn endless_tls_handshake_is_cut_at_its_timeout() {
    let rig = rig(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.send(&client_hello()[..1]).await;
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(10_000));
}

#[tokio::test(start_paused = true)]
async fn tls_handshake_timeout_is_configurable() {
    let short = |memory| listener(memory).handshake_timeout(ms(30));
    let app = Gate::new().app(ShutdownHandle::new());
    let rig = Rig::behind(Policy::default(), app, short, |serve| serve);
    let mut slow = rig.connect();
    // This handshake is over, so the timeout does not apply to it any more.
    let mut quick = connect(&rig).await;
    assert!(slow.closed().await);
    assert_eq!(rig.elapsed(), ms(30));
    settle().await;
    quick.get("/").await;
    assert_eq!(quick.answer().await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn plain_http_client_of_a_tls_server_gets_an_alert() {
    let gate = Gate::new();
    let mut rig = rig(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/").await;
    // The server sends a TLS alert, which is not HTTP.
    assert!(!client.closed().await);
    assert!(shake_hands(rig.connect()).await.is_ok(), "others are served");
    rig.terminate().await;
    assert!(rig.report().await.clean);
    assert_eq!(gate.reached(), 0);
}
