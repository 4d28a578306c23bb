use std::net::TcpListener;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::manager::Manager;
use crate::http::{closed, get, read_answer, send_get};

#[tokio::test]
async fn restart_under_systemd_loses_no_request() {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("bound");
    let manager = Manager::new(socket);
    let old = manager.start("systemd").await;
    assert_eq!(manager.receive().await, "READY=1");
    assert_eq!(old.address(), address.to_string());
    let mut idle = old.connect().await;
    assert_eq!(get(&mut idle, "/").await.status(), 200);

    // Half a request holds the shutdown until the rest arrives. The whole request before it proves
    // that the connection has left the accept queue, where it would wait for the next process.
    let mut slow = old.connect().await;
    assert_eq!(get(&mut slow, "/").await.status(), 200);
    slow.write_all(b"GET / HTTP/1.1\r\n").await.expect("the server reads");
    old.terminate();
    manager.receive_stop().await;
    let mut during = TcpStream::connect(address).await.expect("the socket is still open");
    send_get(&mut during, "/").await.expect("the kernel queues it");
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

    // No process serves now, but the kernel refuses no client.
    let mut between = TcpStream::connect(address).await.expect("the socket is still open");
    send_get(&mut between, "/").await.expect("the kernel queues it");
    let new = manager.start("systemd").await;
    assert_eq!(manager.receive().await, "READY=1");
    for client in [&mut during, &mut between] {
        assert_eq!(read_answer(client).await.expect("a whole answer").status(), 200);
    }
    drop((during, between));
    new.terminate();
    // A process with nothing to wait for may end before it asks for more time.
    assert_eq!(manager.receive().await, "STOPPING=1");
    new.finish().await.assert_clean();
}

#[tokio::test]
async fn start_without_a_systemd_socket_fails_with_a_message() {
    let output = tokio::process::Command::new(super::built::program("systemd")).output().await;
    let output = output.expect("the example starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint.contains("systemd passed no TCP socket"), "{complaint}");
}
