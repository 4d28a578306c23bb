use std::time::Duration;

use lastorders::Policy;

use super::rig::{Rig, pass};
use crate::subject::Subject;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn subject_names_parse_from_their_display() {
    for subject in Subject::ALL {
        assert_eq!(subject.to_string().parse(), Ok(subject));
    }
    let error = "bug:none".parse::<Subject>().expect_err("no such bug");
    assert!(error.to_string().contains("bug:canary"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn every_server_answers_requests_in_flight_then_releases_then_exits() {
    for subject in Subject::ALL {
        let mut rig = Rig::new(subject);
        let mut client = rig.held().await;
        rig.terminate().await;
        pass(SECOND).await;
        assert!(!rig.released(), "{subject} releases under a request");
        rig.seen.gate.add_permits(1);
        assert_eq!(client.answer().await.as_deref(), Some("held"), "{subject}");
        assert_eq!(client.rest().await, b"", "{subject}");
        drop(client);
        let (code, took) = rig.exit().await.unwrap_or_else(|| panic!("{subject} never ends"));
        assert_eq!((code, took), (0, SECOND), "{subject}");
    }
}

#[tokio::test(start_paused = true)]
async fn health_turns_off_at_the_signal_on_every_server() {
    for subject in Subject::ALL {
        let mut rig = Rig::with(subject, Policy::default().lame_duck(SECOND), Duration::ZERO);
        let mut client = rig.connect();
        client.send("GET /health HTTP/1.1\r\nhost: ").await;
        rig.terminate().await;
        client.send("sim\r\n\r\n").await;
        let head = client.head().await.unwrap_or_else(|| panic!("{subject} answers"));
        assert!(head.starts_with("http/1.1 503"), "{subject}: {head}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_contains_the_date_of_the_operating_system() {
    for subject in Subject::ALL {
        let rig = Rig::new(subject);
        for request in ["GET /health HTTP/1.1\r\nhost: sim\r\n\r\n", "no request\r\n\r\n"] {
            let mut client = rig.connect();
            client.send(request).await;
            let head = client.head().await.unwrap_or_else(|| panic!("{subject} answers"));
            let date = head.split("\r\ndate: ").nth(1).and_then(|it| it.split("\r\n").next());
            assert!(
                date.is_none_or(|date| date == "thu, 01 jan 1970 00:00:00 gmt"),
                "{subject}: {head}"
            );
        }
    }
}

/// A known fault: axum has no deadline.
#[tokio::test(start_paused = true)]
async fn half_a_head_blocks_axum_forever_and_the_others_until_their_deadline() {
    for subject in Subject::ALL {
        let mut rig = Rig::new(subject);
        let mut client = rig.connect();
        client.send("GET /health HTTP/1.1\r\nho").await;
        rig.terminate().await;
        let took = rig.exit().await.map(|(_, took)| took.as_secs());
        let known = (subject != Subject::Axum).then(|| Policy::default().deadline.as_secs());
        assert_eq!(took, known, "{subject}");
    }
}

/// A peer that never answers PING.
#[tokio::test(start_paused = true)]
async fn a_silent_http2_peer_blocks_axum_forever_and_the_others_until_their_deadline() {
    for subject in Subject::ALL {
        let mut rig = Rig::new(subject);
        let mut client = rig.connect();
        client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        client.send(b"\0\0\0\x04\0\0\0\0\0").await;
        rig.terminate().await;
        let took = rig.exit().await.map(|(_, took)| took.as_secs());
        let known = (subject != Subject::Axum).then(|| Policy::default().deadline.as_secs());
        assert_eq!(took, known, "{subject}");
    }
}
