use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;

use super::state::ProxyState;
use crate::store::StoreEvent;
use crate::store::wire::{Answer, Answers, Request, Requests, View};

/// Bytes that are read at a time, and so the most that one direction buffers while it waits to
/// write.
const CHUNK: usize = 16 * 1024;

/// Ends of a session other than an orderly close of both sides.
enum Broken {
    /// The server under test has reset the connection.
    Client,
    /// Postgres has reset the connection.
    Postgres,
    /// The plan resets all sessions.
    Fault,
    /// The server under test has closed a connection that is in the black hole.
    Swallowed,
}

/// Serves one connection until both sides have ended it.
pub(super) async fn run(state: Arc<ProxyState>, session: u64, mut client: TcpStream) {
    let _ = client.set_nodelay(true);
    let mut resets = state.resets.subscribe();
    state.observe(StoreEvent::Opened { session });
    let this = Session { state: &state, session };
    let mut requests = Requests::default();
    let mut upstream = None;
    let broken = {
        let conversation = async {
            upstream = this.open(&mut client, &mut requests).await?;
            match &mut upstream {
                Some(upstream) => this.relay(&mut client, upstream, &mut requests).await,
                None => Ok(()),
            }
        };
        tokio::select! {
            biased;
            Ok(()) = resets.changed() => Some(Broken::Fault),
            ended = conversation => ended.err(),
        }
    };
    match broken {
        None => {}
        Some(Broken::Swallowed) => {
            // The session ends, but this side of the connection stays open.
            drop(upstream.take());
            let _ = resets.changed().await;
            let _ = client.set_zero_linger();
        }
        Some(how) => {
            match how {
                Broken::Client => state.observe(StoreEvent::ClientReset { session }),
                Broken::Postgres => state.observe(StoreEvent::ServerClosed { session }),
                Broken::Fault | Broken::Swallowed => {
                    state.observe(StoreEvent::Reset { session });
                }
            }
            // A reset on one side becomes a reset on the other.
            for stream in [Some(&client), upstream.as_ref()].into_iter().flatten() {
                let _ = stream.set_zero_linger();
            }
        }
    }
    drop((client, upstream));
    state.observe(StoreEvent::Ended { session });
}

/// One session, for both directions.
#[derive(Clone, Copy)]
struct Session<'a> {
    state: &'a ProxyState,
    session: u64,
}

impl Session<'_> {
    /// Reads until Postgres is needed, and connects to it. `None` means that the server under test
    /// closed earlier, or that Postgres cannot be reached.
    async fn open(
        self,
        client: &mut TcpStream,
        requests: &mut Requests,
    ) -> Result<Option<TcpStream>, Broken> {
        let session = self.session;
        let mut chunk = BytesMut::with_capacity(1024);
        loop {
            while let Some(request) = requests.next() {
                let seen = match request {
                    Request::Encrypt => {
                        if !self.in_black_hole() {
                            client.write_all(b"N").await.map_err(|_| Broken::Client)?;
                        }
                        continue;
                    }
                    Request::Start(who) => StoreEvent::Started {
                        session,
                        user: who.user,
                        database: who.database,
                        application: who.application,
                    },
                    Request::Cancel => StoreEvent::Cancelling { session },
                    Request::Garbled => StoreEvent::Garbled { session },
                    // A session begins with one of the requests above.
                    Request::Work { .. } | Request::Terminate | Request::Forward(_) => continue,
                };
                self.state.observe(seen);
                return match self.state.connect().await {
                    Ok(upstream) => Ok(Some(upstream)),
                    Err(error) => {
                        tracing::warn!(%error, "the database proxy failed to connect to postgres");
                        self.state.observe(StoreEvent::ServerClosed { session });
                        Ok(None)
                    }
                };
            }
            match client.read_buf(&mut chunk).await {
                Err(_) => return Err(Broken::Client),
                Ok(0) => {
                    self.state.observe(StoreEvent::ClientFin { session });
                    return if self.in_black_hole() { Err(Broken::Swallowed) } else { Ok(None) };
                }
                Ok(_) => requests.push(&chunk.split()),
            }
        }
    }

    /// Carries bytes both ways until both sides have closed.
    async fn relay(
        self,
        client: &mut TcpStream,
        upstream: &mut TcpStream,
        requests: &mut Requests,
    ) -> Result<(), Broken> {
        let (client_reads, client_writes) = client.split();
        let (postgres_reads, postgres_writes) = upstream.split();
        let inserting = AtomicBool::new(false);
        let relay_requests =
            self.relay_requests(client_reads, postgres_writes, requests, &inserting);
        let relay_answers = self.relay_answers(postgres_reads, client_writes, &inserting);
        tokio::try_join!(relay_requests, relay_answers).map(|_| ())
    }

    /// Forwards the bytes of the server under test.
    async fn relay_requests(
        self,
        mut from: ReadHalf<'_>,
        mut to: WriteHalf<'_>,
        requests: &mut Requests,
        inserting: &AtomicBool,
    ) -> Result<(), Broken> {
        let session = self.session;
        let mut chunk = BytesMut::with_capacity(CHUNK);
        // Postgres may close first. Keep reading, because a `Terminate` still counts.
        let mut postgres_gone = false;
        loop {
            while let Some(request) = requests.next() {
                match request {
                    Request::Work { inserts } => {
                        inserting.store(inserts, Ordering::Relaxed);
                        self.state.observe(StoreEvent::Working { session });
                    }
                    Request::Terminate => self.state.observe(StoreEvent::Terminate { session }),
                    Request::Forward(bytes) => {
                        if !postgres_gone && !self.in_black_hole() {
                            postgres_gone = to.write_all(&bytes).await.is_err();
                        }
                    }
                    // A session begins with one of these, and `open` has handled it.
                    Request::Encrypt | Request::Start(_) | Request::Cancel | Request::Garbled => {}
                }
            }
            chunk.reserve(CHUNK);
            match from.read_buf(&mut chunk).await {
                Err(_) => return Err(Broken::Client),
                Ok(0) => break,
                Ok(_) => requests.push(&chunk.split()),
            }
        }
        self.state.observe(StoreEvent::ClientFin { session });
        if self.in_black_hole() {
            return Err(Broken::Swallowed);
        }
        let _ = to.shutdown().await;
        Ok(())
    }

    /// Forwards the bytes of Postgres, and withholds acknowledgements at the gate.
    async fn relay_answers(
        self,
        mut from: ReadHalf<'_>,
        mut to: WriteHalf<'_>,
        inserting: &AtomicBool,
    ) -> Result<(), Broken> {
        let session = self.session;
        let mut answers = Answers::default();
        let mut gate = self.state.gate.subscribe();
        let mut black_hole = self.state.black_hole.subscribe();
        let mut chunk = BytesMut::with_capacity(CHUNK);
        loop {
            loop {
                let view = View {
                    gate_is_closed: *gate.borrow_and_update(),
                    inserting: inserting.load(Ordering::Relaxed),
                };
                let Some(answer) = answers.next(view) else {
                    break;
                };
                let bytes = match answer {
                    Answer::Forward(bytes) => bytes,
                    Answer::Withhold(bytes) => {
                        let gone = self.state.gate.arrive();
                        self.state.observe(StoreEvent::Withheld { session });
                        let _ = gone.await;
                        self.state.observe(StoreEvent::Released { session });
                        bytes
                    }
                    Answer::Idle => {
                        self.state.observe(StoreEvent::Idle { session });
                        continue;
                    }
                    Answer::Paused => {
                        self.state.observe(StoreEvent::Paused { session });
                        continue;
                    }
                };
                if self.in_black_hole() {
                    never().await;
                }
                to.write_all(&bytes).await.map_err(|_| Broken::Client)?;
            }
            chunk.reserve(CHUNK);
            let read = tokio::select! {
                biased;
                () = becomes_true(&mut black_hole) => never().await,
                _ = gate.changed() => continue,
                read = from.read_buf(&mut chunk) => read,
            };
            match read {
                Err(_) => return Err(Broken::Postgres),
                Ok(0) => break,
                Ok(_) => answers.push(&chunk.split()),
            }
        }
        self.state.observe(StoreEvent::ServerClosed { session });
        let _ = to.write_all(&answers.rest()).await;
        let _ = to.shutdown().await;
        Ok(())
    }

    fn in_black_hole(self) -> bool {
        *self.state.black_hole.borrow()
    }
}

async fn becomes_true(flag: &mut watch::Receiver<bool>) {
    // An error means that the sender has ended, and the sender lives as long as every session.
    let _ = flag.wait_for(|&on| on).await;
}

async fn never() -> ! {
    match std::future::pending::<Infallible>().await {}
}
