use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::backstage::Real;
use crate::actor::{self, MOST_ROUNDS};
use crate::history::{Answer, End, RequestId, What};
use crate::plan::{Request, Step, Until};

type Stage = actor::Stage<Real>;

/// One HTTP library's pool, shared by an actor's workers.
#[derive(Debug)]
struct Pool {
    actor: String,
    client: reqwest::Client,
    base: String,
    sent: AtomicU64,
    gone: AtomicBool,
}

/// Carries out a pooled client's script, by so many workers side by side.
///
/// Which connection a request goes to, and when its bytes are written, the library decides; so its
/// requests stand on the connection `actor@pool`, of which nothing is ever proved to be in flight.
pub(super) async fn run(stage: &Arc<Stage>, actor: &str, workers: u32, steps: &[Step]) {
    // The library will not be built without one, though nothing here is encrypted. An error says
    // that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let built = reqwest::Client::builder()
        .no_proxy()
        .http1_only()
        // Where a server points to is none of our business.
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let client = match built {
        Ok(client) => client,
        Err(error) => {
            stage.abandon_by_world("build an HTTP client", &error.to_string());
            return;
        }
    };
    let pool = Arc::new(Pool {
        actor: actor.to_owned(),
        client,
        base: format!("http://{}", stage.backstage().address()),
        sent: AtomicU64::new(0),
        gone: AtomicBool::new(false),
    });
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..workers {
        let (stage, pool, steps) = (Arc::clone(stage), Arc::clone(&pool), steps.to_vec());
        tasks.spawn(async move { Box::pin(pool.script(&stage, &steps)).await });
    }
    // A panic of a worker is this task's.
    tasks.join_all().await;
}

impl Pool {
    async fn script(&self, stage: &Stage, steps: &[Step]) {
        let mut request = None;
        for step in steps {
            if stage.is_over() {
                return;
            }
            match step {
                Step::Mark { label } => stage.mark(&self.actor, label),
                Step::Await { label, times } => stage.wait_mark(label, *times).await,
                Step::At { us } => stage.wait_at(*us).await,
                Step::Send { request: sent, .. } => request = Some(sent.clone()),
                Step::Receive => {
                    if let Some(request) = request.take() {
                        self.exchange(stage, &request).await;
                    }
                }
                Step::Repeat { until, steps } => self.repeat(stage, until, steps).await,
                // `plan::validate` has refused all others for this role.
                _ => {}
            }
        }
    }

    async fn repeat(&self, stage: &Stage, until: &Until, steps: &[Step]) {
        let mut round = 0;
        while !self.is_done(stage, until, round) {
            round += 1;
            Box::pin(self.script(stage, steps)).await;
        }
    }

    fn is_done(&self, stage: &Stage, until: &Until, round: u64) -> bool {
        stage.is_over()
            || round >= MOST_ROUNDS
            || match until {
                Until::Times(times) => round >= *times,
                Until::Mark(label) => stage.is_marked(label),
                Until::Gone => self.gone.load(Ordering::Relaxed) || stage.has_exited(),
            }
    }

    async fn exchange(&self, stage: &Stage, request: &Request) {
        let n = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let request = request.numbered(n);
        let conn = format!("{}@pool", self.actor);
        let id = RequestId { id: format!("{}#{n}", self.actor), name: request.name.clone() };
        let body = request.body_bytes();
        let sent = What::Sent {
            began_us: stage.now_us(),
            conn: conn.clone(),
            request: id.clone(),
            intent: request.intent,
            line: format!("{} {}", request.method, request.path),
            bytes: body.len() as u64,
            first: true,
            last: true,
        };
        stage.record(&self.actor, sent);
        let answered = tokio::select! {
            answered = self.answer(&request, body) => answered,
            () = stage.over() => Err((End::Silence, 0)),
        };
        let what = match answered {
            Ok(answer) => {
                stage.saw_status(answer.status);
                What::Answered { conn, request: id, answer }
            }
            Err((by, got)) => {
                self.gone.store(true, Ordering::Relaxed);
                What::Ended { conn, request: id, by, got, status: None }
            }
        };
        stage.record(&self.actor, what);
    }

    async fn answer(&self, request: &Request, body: Vec<u8>) -> Result<Answer, (End, u64)> {
        let method =
            reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|_| (End::Client, 0))?;
        let url = format!("{}{}", self.base, request.path);
        let sent = self.client.request(method, url).header("content-type", "application/json");
        let response = sent.body(body).send().await.map_err(|error| (ended_by(&error), 0))?;
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
        let mut response = response;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| (ended_by(&error), 1))? {
            body.extend_from_slice(&chunk);
            if body.len() > 256 << 10 {
                return Err((End::Malformed, 1));
            }
        }
        body.truncate(1 << 10);
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status, headers, body, says_close })
    }
}

/// Whether it was a reset or an orderly close, as far as the library tells.
fn ended_by(error: &reqwest::Error) -> End {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>()
            && error.kind() == io::ErrorKind::ConnectionReset
        {
            return End::Reset;
        }
        source = error.source();
    }
    End::Fin
}
