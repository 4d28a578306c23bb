//! Each test injects one defect into a server, and the soak must find it.

use std::alloc::System;
use std::fs::File;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use lastorders_bench::load::{ClientKind, TriggerPoint};
use lastorders_bench::network::{Family, Network};
use lastorders_bench::soak::Plan;
use lastorders_bench::soak::drains::Drains;
use lastorders_bench::subject;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::runtime::{Builder, Runtime};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Descriptors and heap belong to the whole process, so one test runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn live_heap() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

/// A soak of a server that calls `defect` at each request.
struct Soak {
    drains: Drains,
    runtime: Runtime,
    _servers: Runtime,
    _alone: MutexGuard<'static, ()>,
}

impl Soak {
    fn of(defect: fn() -> Option<Response>) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let servers = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let servers = servers.expect("a runtime");
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let network = Network::loopback(Family::Ipv4).expect("two threads");
        let inject = from_fn(move |request: Request, next: Next| async move {
            match defect() {
                Some(response) => response,
                None => next.run(request).await,
            }
        });
        let app: Router = subject::app().layer(inject);
        let drains = Drains::new(servers.handle().clone(), network, app, live_heap);
        Self { drains, runtime, _servers: servers, _alone: alone }
    }

    fn cycle(&mut self, plan: &Plan) -> Vec<String> {
        self.cycle_with_answers(plan).1
    }

    /// Runs a cycle. Returns how many requests were answered, and the faults.
    fn cycle_with_answers(&mut self, plan: &Plan) -> (u64, Vec<String>) {
        let cycle: io::Result<_> = self.runtime.block_on(self.drains.cycle(plan));
        let cycle = cycle.expect("the cycle runs");
        (cycle.tally.answered, cycle.faults)
    }
}

/// A plan with one request, then the signal.
fn small() -> Plan {
    let trigger_point = TriggerPoint { first: 1, more: 0 };
    Plan { clients: vec![ClientKind::KeptAlive], trigger_point, signals: 1 }
}

#[test]
fn soak_of_a_correct_server_has_no_faults() {
    let mut soak = Soak::of(|| None);
    for number in 0..3 {
        assert_eq!(soak.cycle(&Plan::of(1, number)), Vec::<String>::new(), "cycle {number}");
    }
    for number in 0..50 {
        assert_eq!(soak.cycle(&small()), Vec::<String>::new(), "small cycle {number}");
    }
    let growth = soak.drains.heap_history.growth().expect("enough cycles");
    assert!(!growth.is_leak(), "{growth}");
}

#[test]
fn clients_of_every_kind_are_answered() {
    let mut soak = Soak::of(|| None);
    let trigger_point = TriggerPoint { first: 3, more: 5 };
    for kind in ClientKind::ALL {
        // The second client keeps a connection open, whenever the signal comes.
        let plan = Plan { clients: vec![kind, ClientKind::KeptAlive], trigger_point, signals: 1 };
        let (answered, faults) = soak.cycle_with_answers(&plan);
        assert_eq!(faults, Vec::<String>::new(), "{kind:?}");
        assert!(answered >= 3, "{kind:?}: {answered} answers");
    }
}

#[test]
fn soak_finds_a_leaked_descriptor() {
    let mut soak = Soak::of(|| {
        std::mem::forget(File::open("/dev/null"));
        None
    });
    let faults = soak.cycle(&small());
    assert!(faults.iter().any(|fault| fault.contains("descriptors")), "{faults:?}");
}

#[test]
fn soak_finds_a_task_that_never_ends() {
    let mut soak = Soak::of(|| {
        tokio::spawn(std::future::pending::<()>());
        None
    });
    let faults = soak.cycle(&small());
    assert!(faults.iter().any(|fault| fault.contains("tasks")), "{faults:?}");
}

#[test]
fn soak_finds_memory_that_is_never_freed() {
    let mut soak = Soak::of(|| {
        std::mem::forget(vec![0_u8; 1024]);
        None
    });
    for _ in 0..50 {
        assert_eq!(soak.cycle(&small()), Vec::<String>::new());
    }
    let growth = soak.drains.heap_history.growth().expect("enough cycles");
    assert!(growth.is_leak(), "{growth}");
}

#[test]
fn soak_finds_a_refused_request() {
    let mut soak = Soak::of(|| Some(StatusCode::SERVICE_UNAVAILABLE.into_response()));
    let faults = soak.cycle(&small());
    assert!(faults.iter().any(|fault| fault.contains("turned away")), "{faults:?}");
}
