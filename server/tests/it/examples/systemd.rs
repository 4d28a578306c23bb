use std::net::TcpListener;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::manager::Manager;
use crate::http::{closed, get, read_answer, send_get};

#[tokio::test]
async fn a_restart_loses_nothing() {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("bound");
    let manager = Manager::new(socket);
    let old = manager.start("systemd").await;
    assert_eq!(manager.hear().await, "READY=1");
    assert_eq!(old.place(), address.to_string());
    let mut idle = old.connect().await;
    assert_eq!(get(&mut idle, "/").await.status(), 200);

    // Half a request holds the shutdown until the rest is there. The whole one before it shows that
    // the connection is not in the queue any more, where it would wait for the next process.
    let mut slow = old.connect().await;
    assert_eq!(get(&mut slow, "/").await.status(), 200);
    slow.write_all(b"GET / HTTP/1.1\r\n").await.expect("the server reads");
    old.terminate();
    manager.hear_stop().await;
    let mut during = TcpStream::connect(address).await.expect("the socket is still open");
    send_get(&mut during, "/").await.expect("it waits for somebody");
    slow.write_all(b"host: test\r\n\r\n").await.expect("the server reads");
    let answer = read_answer(&mut slow).await.expect("a whole answer");
    assert!(answer.says_close());
    assert_eq!(answer.status(), 200);
    assert!(closed(&mut slow).await);
    assert!(closed(&mut idle).await);
    drop((slow, idle));
    let finished = old.finish().await;
    finished.assert_clean();
    let method = "listener closed by: shared socket";
    assert!(finished.stdout.contains(method), "{}", finished.stdout);

    // Nobody serves now, and nobody is refused.
    let mut between = TcpStream::connect(address).await.expect("the socket is still open");
    send_get(&mut between, "/").await.expect("it waits for somebody");
    let new = manager.start("systemd").await;
    assert_eq!(manager.hear().await, "READY=1");
    for client in [&mut during, &mut between] {
        assert_eq!(read_answer(client).await.expect("a whole answer").status(), 200);
    }
    drop((during, between));
    new.terminate();
    // With nothing to wait for it may be gone before it could ask for time.
    assert_eq!(manager.hear().await, "STOPPING=1");
    new.finish().await.assert_clean();
}

#[tokio::test]
async fn without_a_socket_it_says_so() {
    let output = tokio::process::Command::new(super::built::program("systemd")).output().await;
    let output = output.expect("it starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint.contains("systemd has passed no TCP socket"), "{complaint}");
}
