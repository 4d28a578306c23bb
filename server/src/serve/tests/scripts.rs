//! Compares the server with plain hyper, on random scripts of requests that are cut anywhere.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Uri};
use futures_util::stream;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, WriteHalf, duplex, split};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::script::{Kind, Script, Step, answer_of, expected, scripts};
use crate::testing::{Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

/// Counts the requests that reached their handler.
#[derive(Clone, Default)]
struct Called(Arc<AtomicUsize>);

impl Called {
    /// `/{place}/{answer}/{takes}/{streamed}/{read}`: answers how many bytes of body the handler
    /// read, padded to a length.
    fn app(&self) -> Router {
        let called = self.clone();
        Router::new().fallback(move |_: Method, uri: Uri, body: Body| async move {
            called.0.fetch_add(1, Ordering::Relaxed);
            let words: Vec<usize> =
                uri.path().split('/').skip(1).map(|it| it.parse().expect("a number")).collect();
            let [place, answer, takes, streamed, read] = words[..] else { panic!("{uri}") };
            let whole = axum::body::to_bytes(body, usize::MAX);
            let seen = match read {
                0 => whole.await.map_or(usize::MAX, |it| it.len()),
                1 => 0,
                _ => {
                    tokio::spawn(whole);
                    0
                }
            };
            if takes > 0 {
                tokio::time::sleep(ms(takes as u64)).await;
            }
            let whole = answer_of(place, seen, answer);
            if streamed == 0 {
                return Body::from(whole);
            }
            let pieces: Vec<_> = whole.as_bytes().chunks(700).map(Bytes::copy_from_slice).collect();
            Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)))
        })
    }
}

/// Returns the bodies of the answers, in order, and whether the last one announced the close.
/// Returns `None` when the bytes are not a sequence of valid answers.
fn parse(steps: &[Step], mut bytes: &[u8]) -> Option<(Vec<String>, bool)> {
    let mut bodies = Vec::new();
    let mut last = false;
    for step in steps {
        if bytes.is_empty() {
            break;
        }
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(&bytes[..end]).ok()?.to_lowercase();
        bytes = &bytes[end..];
        if !head.starts_with("http/1.1 200") || last {
            return None;
        }
        last = head.contains("connection: close");
        let mut body = Vec::new();
        if step.kind == Kind::Head {
            // The length of a HEAD answer is that of the missing body.
        } else if let Some(length) = head.split("content-length: ").nth(1) {
            let length: usize = length.split("\r\n").next()?.parse().ok()?;
            body.extend(bytes.get(..length)?);
            bytes = &bytes[length..];
        } else {
            loop {
                let line = bytes.windows(2).position(|it| it == b"\r\n")?;
                let size = std::str::from_utf8(&bytes[..line]).ok()?;
                let size = usize::from_str_radix(size, 16).ok()?;
                body.extend(bytes.get(line + 2..line + 2 + size)?);
                bytes = bytes.get(line + 4 + size..)?;
                if size == 0 {
                    break;
                }
            }
        }
        bodies.push(String::from_utf8(body).ok()?);
    }
    bytes.is_empty().then_some((bodies, last))
}

/// The client's end: writes as the script demands, and reads all the time.
struct Player {
    writer: WriteHalf<DuplexStream>,
    reader: JoinHandle<Vec<u8>>,
}

impl Player {
    fn new(io: DuplexStream) -> Self {
        let (mut reader, writer) = split(io);
        let reader = tokio::spawn(async move {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).await.expect("no reset");
            all
        });
        Self { writer, reader }
    }

    /// Plays `writes`. Stops when the server has closed.
    async fn play(&mut self, writes: impl IntoIterator<Item = (Vec<u8>, u64, usize)>) {
        for (bytes, wait, _) in writes {
            if self.writer.write_all(&bytes).await.is_err() {
                return;
            }
            settle().await;
            tokio::time::sleep(ms(wait)).await;
        }
    }
}

/// The bytes that plain hyper answers; `None` if it hangs.
async fn play_on_hyper(script: &Script) -> Option<Vec<u8>> {
    let (ours, theirs) = duplex(script.window);
    let app = TowerToHyperService::new(Called::default().app());
    let server = hyper::server::conn::http1::Builder::new()
        .auto_date_header(false)
        .serve_connection(TokioIo::new(theirs), app);
    tokio::spawn(server);
    play_script(Player::new(ours), script).await
}

/// Plays the whole script. Returns `None` when the server hangs.
async fn play_script(mut player: Player, script: &Script) -> Option<Vec<u8>> {
    // Longer than all handlers and timeouts together.
    let played = async {
        player.play(script.writes()).await;
        tokio::time::sleep(ms(60_000)).await;
        let _ = player.writer.shutdown().await;
        player.reader.await.expect("the reader does not panic")
    };
    timeout(ms(600_000), played).await.ok()
}

fn rig(script: &Script, app: Router, shutdown: ShutdownHandle) -> Rig {
    let beyond = if script.park { 0 } else { 512 };
    Rig::with(Policy::default(), app, |serve| {
        serve.shutdown_handle(shutdown).park_beyond(beyond).date_header(false)
    })
}

async fn compare_with_hyper(script: Script) {
    let called = Called::default();
    let shutdown = ShutdownHandle::new();
    let mut rig = rig(&script, called.app(), shutdown.clone());
    let player = Player::new(rig.connect_wide(script.window));
    let ours = play_script(player, &script).await.expect("no standstill");
    let theirs = play_on_hyper(&script).await.unwrap_or_default();
    let is = |kind: fn(&Kind) -> bool| script.steps.iter().any(|it| kind(&it.kind));
    let unread = is(|it| matches!(it, Kind::Unread { .. }));
    // After a body that the answer did not wait for, hyper may hang: it reads the next request
    // before the buffer has room for that request's answer.
    if unread || is(|it| matches!(it, Kind::Behind { .. })) {
        assert!(ours.starts_with(&theirs), "{ours:?} for {theirs:?}");
    } else {
        assert!(ours == theirs, "{ours:?} for {theirs:?}");
    }
    let (bodies, closed) = parse(&script.steps, &ours).expect("answers in order");
    if !unread {
        assert_eq!(bodies, expected(&script.steps));
        assert_eq!(called.0.load(Ordering::Relaxed), script.steps.len());
        assert!(!closed);
    }
    settle().await;
    assert_eq!(shutdown.unparked(), 0);
    rig.terminate().await;
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.at_signal.connections), (0, 0));
}

/// Sends the signal after `before` of the writes.
async fn check_signal(script: Script, before: prop::sample::Index, late: u64) {
    let called = Called::default();
    let shutdown = ShutdownHandle::new();
    let mut rig = rig(&script, called.app(), shutdown.clone());
    let mut player = Player::new(rig.connect_wide(script.window));
    let mut writes = script.writes();
    let rest = writes.split_off(before.index(writes.len()) + 1);
    let (last, wait) = writes.back().map(|it| (it.2, it.1)).expect("one at least");
    writes.back_mut().expect("one at least").1 = wait.min(late);
    player.play(writes).await;
    rig.terminate().await;
    let sent = called.0.load(Ordering::Relaxed);
    player.play(rest).await;
    let bytes = player.reader.await.expect("the reader does not panic");
    let after = called.0.load(Ordering::Relaxed);
    drop(player.writer);
    let report = rig.report().await;
    assert_eq!(called.0.load(Ordering::Relaxed), after, "no handler is called after our FIN");
    assert!(u128::from(report.took_ms) <= Policy::default().longest().as_millis());
    assert_eq!(shutdown.unparked(), 0);
    if report.clean {
        // Every request whose handler began is answered, and every answer is whole.
        let (bodies, closed) = parse(&script.steps, &bytes).expect("whole answers in order");
        assert_eq!(bodies, expected(&script.steps)[..after]);
        // Every request that was complete before the signal is answered, up to the first answer
        // that announces the close.
        assert!(closed || bodies.len() >= last.max(sent), "{} of {last}", bodies.len());
    } else {
        // Only a connection that has not ended by the deadline is cut.
        assert_eq!((report.took_ms, report.aborted.connections), (8_000, 1), "{report:?}");
    }
}

fn run(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().expect("a runtime").block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    })]

    #[test]
    fn random_requests_are_answered_as_by_hyper(script in scripts(true)) {
        run(compare_with_hyper(script));
    }

    #[test]
    fn signal_at_any_point_loses_no_request(
        script in scripts(false),
        before in any::<prop::sample::Index>(),
        late in 0u64..2_000,
    ) {
        run(check_signal(script, before, late));
    }
}
