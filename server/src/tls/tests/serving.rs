use super::peers::{client_hello, connect, listener, rig, shake_hands};
use crate::testing::{Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

#[tokio::test(start_paused = true)]
async fn a_slow_handshake_holds_nobody_else_up() {
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
async fn a_handshake_without_an_end_is_cut_at_its_timeout() {
    let rig = rig(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.send(&client_hello()[..1]).await;
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(10_000));
}

#[tokio::test(start_paused = true)]
async fn the_timeout_is_the_applications_to_choose() {
    let short = |memory| listener(memory).handshake_timeout(ms(30));
    let app = Gate::new().app(ShutdownHandle::new());
    let rig = Rig::behind(Policy::default(), app, short, |serve| serve);
    let mut slow = rig.connect();
    // Over in time, this one does not feel the timeout any more.
    let mut quick = connect(&rig).await;
    assert!(slow.closed().await);
    assert_eq!(rig.elapsed(), ms(30));
    settle().await;
    quick.get("/").await;
    assert_eq!(quick.answer().await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_speak_tls_is_turned_away() {
    let gate = Gate::new();
    let mut rig = rig(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/").await;
    // An alert, which is no HTTP.
    assert!(!client.closed().await);
    assert!(shake_hands(rig.connect()).await.is_ok(), "others are served");
    rig.terminate().await;
    assert!(rig.report().await.clean);
    assert_eq!(gate.reached(), 0);
}
