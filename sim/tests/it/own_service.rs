//! A team's own tests, with the service of the example.

#[path = "../../examples/own_service.rs"]
#[expect(dead_code, reason = "an example has a main")]
mod example;

use std::panic::catch_unwind;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use example::{broken, fixed, service};
use lastorders::ShutdownHandle;
use lastorders_sim::service::{Failed, Service, get as ask_for};

fn failed(service: &Service) -> Failed {
    service.run().failed.expect("it has a bug")
}

fn checks(failed: &Failed) -> Vec<&str> {
    failed.findings.iter().map(|finding| finding.check.as_str()).collect()
}

#[test]
fn the_injected_bug_is_found_and_its_line_reproduces_it() {
    let outcome = service(broken).run();
    let panic = catch_unwind(|| outcome.assert_passed()).expect_err("it has a bug");
    let said = panic.downcast_ref::<String>().expect("it is text");
    assert!(said.contains("server exits with status 0"), "no timeline: {said}");
    assert!(!said.contains('\x1b'), "it is coloured: {said}");
    let line = said.lines().last().expect("there is one").trim();
    let line = line.strip_prefix(".replay(\"").and_then(|line| line.strip_suffix("\")"));
    let line = line.expect("the last line reproduces it");
    let again = service(broken).replay(line).expect("it is a line").failed.expect("it fails");
    assert_eq!(checks(&again), checks(&outcome.failed.expect("it failed")));
    service(fixed).replay(line).expect("it is a line").assert_passed();
    assert!(service(broken).replay("v2:abc").is_err());
}

#[test]
fn the_fixed_service_passes() {
    let outcome = service(fixed).run();
    outcome.assert_passed();
    assert_eq!(outcome.seeds, 500);
    assert!(outcome.in_flight > 50, "{outcome}");
}

#[test]
fn the_fix_passes_under_drawn_policies() {
    let drawn = Service::new(fixed)
        .requests([ask_for("/notes"), ask_for("/notes/next")])
        .slowest(std::time::Duration::from_millis(100));
    drawn.run().assert_passed();
}

#[test]
fn a_service_without_a_health_route_gets_no_health_requests() {
    let order = || tokio::time::sleep(std::time::Duration::from_millis(20));
    let app = move |_: ShutdownHandle| Router::new().route("/order", get(order));
    Service::new(app).requests([ask_for("/order")]).run().assert_passed();
}

#[test]
fn a_task_that_outlives_the_server_is_found() {
    let app = |_: ShutdownHandle| {
        let order = || async {
            tokio::spawn(tokio::time::sleep(std::time::Duration::from_secs(60)));
            StatusCode::ACCEPTED
        };
        Router::new().route("/order", get(order))
    };
    let service = Service::new(app).requests([ask_for("/order")]);
    assert_eq!(checks(&failed(&service)), ["no-leak"]);
}

#[test]
fn a_store_that_closes_too_early_is_found() {
    let app = |drain: ShutdownHandle| {
        let order = move || async move {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            // Another task closed the pool at the signal.
            let closed = drain.is_draining();
            if closed { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
        };
        Router::new().route("/order", get(order))
    };
    let service = Service::new(app).requests([ask_for("/order")]);
    assert_eq!(checks(&failed(&service))[0], "app-error");
}

#[test]
fn a_panic_of_the_application_is_found() {
    let app = |drain: ShutdownHandle| {
        let order = move || async move {
            tokio::task::yield_now().await;
            assert!(!drain.is_draining(), "a fault of the application");
        };
        Router::new().route("/order", get(order))
    };
    let found = failed(&Service::new(app).requests([ask_for("/order")])).to_string();
    assert!(found.contains("a fault of the application"), "{found}");
}

#[test]
fn an_application_that_reads_the_clock_is_found_as_not_deterministic() {
    let app = |_: ShutdownHandle| {
        let order = || async {
            let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
            let ms = u64::from(since.subsec_nanos() % 50);
            tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
        };
        Router::new().route("/order", get(order))
    };
    let found = failed(&Service::new(app).requests([ask_for("/order")]));
    assert_eq!(checks(&found), ["deterministic"], "{found}");
}

#[test]
fn requests_that_are_never_in_flight_prove_nothing() {
    let service = Service::new(|_| Router::new()).seeds(0..0);
    let outcome = service.run();
    assert!(!outcome.passed() && outcome.to_string().contains("nothing is proved"), "{outcome}");
}
