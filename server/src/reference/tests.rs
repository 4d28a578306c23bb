use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use clap::Parser;
use tower::ServiceExt;

use super::{Job, JobStore, LogFormat, Settings, StoreError, router};
use crate::testing::{Rig, ms};
use crate::{LameDuckWork, Policy, ShutdownHandle};

/// A store in memory, which fails when `broken` is set.
#[derive(Clone, Debug, Default)]
struct Memory {
    names: Arc<Mutex<Vec<String>>>,
    broken: bool,
}

impl JobStore for Memory {
    async fn create(&self, name: &str) -> Result<Job, StoreError> {
        if self.broken {
            return Err(StoreError("out of order".into()));
        }
        let mut names = self.names.lock().expect("free");
        names.push(name.to_owned());
        Ok(Job { id: names.len().to_string(), name: name.to_owned() })
    }
}

async fn ask(store: &Memory, request: Request<Body>) -> (StatusCode, String) {
    let app = router(store.clone(), ShutdownHandle::new());
    let response = app.oneshot(request).await.expect("infallible");
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

fn request(method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder().method(method).uri(path).body(body.into()).expect("a request")
}

#[tokio::test]
async fn work_request_stores_a_job_and_answers_201() {
    let store = Memory::default();
    let (status, body) = ask(&store, request("POST", "/work", r#"{"name":"a \" b"}"#)).await;
    assert_eq!((status.as_u16(), body.as_str()), (201, r#"{"id":"1","name":"a \" b"}"#));
    assert_eq!(*store.names.lock().expect("free"), ["a \" b"]);
}

#[tokio::test]
async fn health_answers_200() {
    let (status, body) = ask(&Memory::default(), request("GET", "/health", "")).await;
    assert_eq!((status.as_u16(), body.as_str()), (200, r#"{"status":"ok"}"#));
}

#[tokio::test]
async fn invalid_jobs_get_4xx_and_store_nothing() {
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(1 << 20));
    let rows = [
        ("POST", "/work", "", 400),
        ("POST", "/work", "{", 400),
        ("POST", "/work", "\u{1}", 400),
        ("POST", "/work", "{}", 422),
        ("POST", "/work", "[]", 422),
        ("POST", "/work", r#"["a name"]"#, 422),
        ("POST", "/work", r#"{"name":3}"#, 422),
        ("POST", "/work", r#"{"name":null}"#, 422),
        // Postgres cannot store it.
        ("POST", "/work", r#"{"name":"\u0000"}"#, 422),
        ("POST", "/work", &long, 413),
        ("GET", "/work", "", 405),
        ("POST", "/health", "", 405),
        ("GET", "/nothing", "", 404),
    ];
    let store = Memory::default();
    for (method, path, body, expected) in rows {
        let (status, _) = ask(&store, request(method, path, body.to_owned())).await;
        let start = body.get(..20).unwrap_or(body);
        assert_eq!(status.as_u16(), expected, "{method} {path} {start:?}");
    }
    assert!(store.names.lock().expect("free").is_empty());
}

#[tokio::test]
async fn broken_store_answers_500_without_the_cause() {
    let store = Memory { broken: true, ..Memory::default() };
    let (status, body) = ask(&store, request("POST", "/work", r#"{"name":"a"}"#)).await;
    assert_eq!(status.as_u16(), 500);
    assert!(!body.contains("out of order"), "the cause is for the log: {body}");
}

#[tokio::test(start_paused = true)]
async fn reference_service_fulfils_the_contract_during_a_shutdown() {
    let (store, shutdown) = (Memory::default(), ShutdownHandle::new());
    let app = router(store.clone(), shutdown.clone());
    let policy = settings(&[]).policy().expect("the defaults agree");
    let mut rig = Rig::with(policy, app, |serve| serve.shutdown_handle(shutdown));
    let mut client = rig.connect();
    client.get("/health").await;
    assert_eq!(client.answer().await.status(), 200);
    rig.terminate().await;
    let work = "POST /work HTTP/1.1\r\nhost: test\r\ncontent-length: 12\r\n\r\n{\"name\":\"a\"}";
    client.send(work).await;
    assert_eq!(client.answer().await.status(), 503);
    let mut fresh = rig.connect();
    fresh.get("/health").await;
    assert_eq!(fresh.answer().await.body, r#"{"status":"shutting_down"}"#);
    drop((client, fresh));
    let report = rig.report().await;
    assert_eq!((report.exit_code(), report.took_ms), (0, 1_000));
    assert!(store.names.lock().expect("free").is_empty());
}

fn settings(arguments: &[&str]) -> Settings {
    let program = std::iter::once(&"lastorders-server");
    Settings::try_parse_from(program.chain(arguments)).expect("settings")
}

#[test]
fn settings_become_the_policy() {
    let default = settings(&[]).policy().expect("the defaults agree");
    let expected = Policy::default().lame_duck(ms(1_000)).lame_duck_work(LameDuckWork::Refuse);
    assert_eq!(default, expected);

    let arguments = ["--deadline", "1m 5s", "--idle-grace=20ms", "--lame-duck-work=serve"];
    let policy = settings(&arguments).policy().expect("these agree");
    assert_eq!((policy.deadline, policy.idle_grace), (ms(65_000), ms(20)));
    assert_eq!(policy.lame_duck_work, LameDuckWork::Serve);
    assert_eq!(settings(&["--log-format", "json"]).log_format, LogFormat::Json);
}

#[test]
fn invalid_settings_are_refused() {
    let rows = [
        "--deadline=soon",
        "--deadline=3d",
        "--port=70000",
        "--pool-size=0",
        "--lame-duck-work=maybe",
        "--no-such-option",
    ];
    for argument in rows {
        let parsed = Settings::try_parse_from(["lastorders-server", argument]);
        assert!(parsed.is_err(), "{argument}");
    }
    assert!(settings(&["--lame-duck=8s"]).policy().is_err());
}

#[test]
fn debug_output_of_settings_hides_the_password() {
    let settings = settings(&["--database-url", "postgres://u:secret@h/d"]);
    assert!(!format!("{settings:?}").contains("secret"));
}
