use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use lastorders_model::actor::{self, KeptBody, Performer, keep_for, run_script, trim_headers};
use lastorders_model::history::{Answer, End, EventKind, RequestId};
use lastorders_model::plan::{PooledStep, Request, Step};

use super::real_world::RealWorld;

type RunContext = actor::RunContext<RealWorld>;

/// One HTTP library's pool, shared by an actor's workers.
#[derive(Debug)]
struct Pool {
    actor: String,
    client: reqwest::Client,
    base: String,
    sent: AtomicU64,
    gone: AtomicBool,
}

/// Runs a pooled client's script, in `workers` tasks side by side.
///
/// The library decides which connection a request uses, and when its bytes are written. Requests
/// are therefore recorded on the connection `actor@pool`, which never proves them in flight.
pub(super) async fn run(
    context: &Arc<RunContext>,
    actor: &str,
    workers: u32,
    steps: &[Step<PooledStep>],
) {
    // The library needs a TLS provider even for plain HTTP. An error means that a provider is
    // installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let built = reqwest::Client::builder()
        .no_proxy()
        .http1_only()
        // A redirect is the server's answer, which the checks judge.
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let client = match built {
        Ok(client) => client,
        Err(error) => {
            context.abandon_by_world("build an HTTP client", &error.to_string());
            return;
        }
    };
    let pool = Arc::new(Pool {
        actor: actor.to_owned(),
        client,
        base: format!("http://{}", context.world().address()),
        sent: AtomicU64::new(0),
        gone: AtomicBool::new(false),
    });
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..workers {
        let (context, pool, steps) = (Arc::clone(context), Arc::clone(&pool), steps.to_vec());
        tasks.spawn(async move {
            let actor = pool.actor.clone();
            let mut worker = Worker { context: &context, pool, request: None };
            run_script(&context, &actor, &steps, &mut worker).await;
        });
    }
    // A worker's panic is resumed in this task.
    tasks.join_all().await;
}

struct Worker<'a> {
    context: &'a RunContext,
    pool: Arc<Pool>,
    /// The request that was sent last, until its response is waited for.
    request: Option<Request>,
}

impl Performer<PooledStep> for Worker<'_> {
    async fn perform(&mut self, step: &PooledStep, _: bool) {
        match step {
            PooledStep::Send { request } => self.request = Some(request.clone()),
            PooledStep::Receive => {
                if let Some(request) = self.request.take() {
                    self.pool.exchange(self.context, &request).await;
                }
            }
        }
    }

    fn is_gone(&self) -> bool {
        self.pool.gone.load(Ordering::Relaxed)
    }
}

impl Pool {
    async fn exchange(&self, context: &RunContext, request: &Request) {
        let n = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let request = request.numbered(n);
        let conn = format!("{}@pool", self.actor);
        let id = RequestId { id: format!("{}#{n}", self.actor), name: request.name.clone() };
        let body = request.body_bytes();
        let sent = EventKind::Sent {
            began_us: context.now_us(),
            conn: conn.clone(),
            request: id.clone(),
            intent: request.intent,
            line: format!("{} {}", request.method, request.path),
            bytes: body.len() as u64,
            first: true,
            last: true,
        };
        context.record(&self.actor, sent);
        let answered = tokio::select! {
            answered = self.answer(&request, body) => answered,
            () = context.over() => Err(Failure::Ended(End::Silence, 0)),
        };
        let what = match answered {
            Ok(mut answer) => {
                keep_for(request.intent, &mut answer);
                context.saw_status(answer.status);
                EventKind::Answered { conn, request: id, answer }
            }
            Err(failure) => {
                self.gone.store(true, Ordering::Relaxed);
                match failure {
                    Failure::NotConnected(error) => {
                        EventKind::NotSent { conn, request: id, intent: request.intent, error }
                    }
                    Failure::Ended(by, got) => {
                        EventKind::Ended { conn, request: id, by, got, status: None }
                    }
                }
            }
        };
        context.record(&self.actor, what);
    }

    async fn answer(&self, request: &Request, body: Vec<u8>) -> Result<Answer, Failure> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| Failure::Ended(End::Client, 0))?;
        let url = format!("{}{}", self.base, request.path);
        let sent = self.client.request(method, url).header("content-type", "application/json");
        let response = sent.body(body).send().await.map_err(|error| Failure::before(&error))?;
        let status = response.status().as_u16();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(key, value)| {
                (key.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let says_close = headers
            .iter()
            .filter(|(key, _)| key == "connection")
            .flat_map(|(_, value)| value.split(','))
            .any(|token| token.trim().eq_ignore_ascii_case("close"));
        let body = String::new();
        let mut answer = Answer { status, headers, body, truncated: false, says_close };
        let mut body = KeptBody::of(&answer).map_err(|_| Failure::Ended(End::TooLong, 1))?;
        trim_headers(&mut answer);
        let mut response = response;
        while let Some(chunk) =
            response.chunk().await.map_err(|error| Failure::Ended(ended_by(&error), 1))?
        {
            let got = body.got();
            body.push(&chunk).map_err(|_| Failure::Ended(End::TooLong, got))?;
        }
        body.complete(&mut answer);
        Ok(answer)
    }
}

/// Why a request has no answer.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    /// The library got no connection, so it sent no byte. The failure may come late: if a full
    /// accept queue drops a connect, the kernel tries again after a second.
    NotConnected(String),
    /// The connection ended, after this many bytes of an answer.
    Ended(End, u64),
}

impl Failure {
    /// A failure before the head of an answer.
    fn before(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            Self::NotConnected(causes(error).last().map_or_else(String::new, ToString::to_string))
        } else {
            Self::Ended(ended_by(error), 0)
        }
    }
}

/// The error and its causes, the first cause last.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let error: &(dyn Error + 'static) = error;
    std::iter::successors(Some(error), |&error| error.source())
}

/// Whether the connection was reset or closed in order, as far as the library tells.
fn ended_by(error: &reqwest::Error) -> End {
    let reset = causes(error)
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::ConnectionReset);
    if reset { End::Reset } else { End::Fin }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use lastorders_model::history::{KEPT_BODY, LONGEST_BODY};

    fn pool(base: String) -> Pool {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Pool {
            actor: "pooled".to_owned(),
            client: reqwest::Client::new(),
            base,
            sent: AtomicU64::new(0),
            gone: AtomicBool::new(false),
        }
    }

    async fn failure_of(base: String) -> Failure {
        let request = Request::work("job-1");
        let body = request.body_bytes();
        pool(base).answer(&request, body).await.expect_err("nobody answers")
    }

    #[tokio::test]
    async fn request_without_a_connection_is_not_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        drop(listener);
        let failure = failure_of(format!("http://{address}")).await;
        assert!(
            matches!(&failure, Failure::NotConnected(why) if why.contains("refused")),
            "{failure:?}"
        );
    }

    #[tokio::test]
    async fn request_whose_connection_closes_without_an_answer_was_sent() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client comes");
            let mut head = [0; 4096];
            tokio::io::AsyncReadExt::read(&mut stream, &mut head).await.expect("it sends");
        });
        assert_eq!(failure_of(format!("http://{address}")).await, Failure::Ended(End::Fin, 0));
        server.await.expect("no panic");
    }

    /// The pool's result from a server that sends this head and `body` bytes.
    async fn answers(head: &str, body: usize) -> Result<Answer, Failure> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n");
        let server = tokio::spawn(async move {
            use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
            let (mut stream, _) = listener.accept().await.expect("a client comes");
            let _ = stream.read(&mut [0; 4096]).await;
            // The client may leave before the server has sent everything.
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&vec![b'x'; body]).await;
        });
        let request = Request::health();
        let answered = pool(format!("http://{address}")).answer(&request, Vec::new()).await;
        server.await.expect("no panic");
        answered
    }

    #[tokio::test]
    async fn pooled_client_reads_a_long_body_to_its_end_and_keeps_a_bounded_part() {
        for (body, kept, truncated) in [
            (3 << 10, 3 << 10, false),
            (KEPT_BODY, KEPT_BODY, false),
            (KEPT_BODY + 1, KEPT_BODY, true),
        ] {
            for head in [format!("Content-Length: {body}\r\n"), String::new()] {
                let answer = answers(&head, body).await.expect("it is whole");
                assert_eq!((answer.body.len(), answer.truncated), (kept, truncated), "{body}");
            }
        }
    }

    #[tokio::test]
    async fn pooled_client_gives_up_on_an_endless_body() {
        let long = usize::try_from(LONGEST_BODY).expect("a test machine has 64 bits") + 1;
        let announced = answers(&format!("Content-Length: {long}\r\n"), 1).await;
        assert_eq!(announced.expect_err("it is too long"), Failure::Ended(End::TooLong, 1));
        let sent = answers("", long).await.expect_err("it is too long");
        assert!(matches!(sent, Failure::Ended(End::TooLong, got) if got > 1), "{sent:?}");
    }

    #[tokio::test]
    async fn pooled_client_keeps_only_the_first_headers() {
        let long = "x".repeat(4 << 10);
        let answer = answers(&format!("A: b\r\nX: {long}\r\nContent-Length: 0\r\n"), 0).await;
        assert_eq!(answer.expect("it is whole").headers, [("a".to_owned(), "b".to_owned())]);
    }
}
