//! The soak finds what it is there to find: each test plants one defect.

use std::alloc::System;
use std::fs::File;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use lastorders_bench::load::{Habit, Moment};
use lastorders_bench::network::{Family, Network};
use lastorders_bench::soak::Plan;
use lastorders_bench::soak::drains::Drains;
use lastorders_bench::subject;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::runtime::{Builder, Runtime};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Descriptors and the heap are the whole process's, so one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn live_heap() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

/// A soak of a server in which something happens at each request.
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
        let plant = from_fn(move |request: Request, next: Next| async move {
            match defect() {
                Some(response) => response,
                None => next.run(request).await,
            }
        });
        let app: Router = subject::app().layer(plant);
        let drains = Drains::new(servers.handle().clone(), network, app, live_heap);
        Self { drains, runtime, _servers: servers, _alone: alone }
    }

    fn cycle(&mut self, plan: &Plan) -> Vec<String> {
        self.tell(plan).1
    }

    /// A cycle: how many requests were answered, and what is wrong.
    fn tell(&mut self, plan: &Plan) -> (u64, Vec<String>) {
        let cycle: io::Result<_> = self.runtime.block_on(self.drains.cycle(plan));
        let cycle = cycle.expect("the cycle is carried out");
        (cycle.tally.answered, cycle.faults)
    }
}

/// One request, and the signal.
fn small() -> Plan {
    let moment = Moment { first: 1, more: 0 };
    Plan { habits: vec![Habit::KeptAlive], moment, signals: 1 }
}

#[test]
fn a_sound_server_has_no_faults() {
    let mut soak = Soak::of(|| None);
    for number in 0..3 {
        assert_eq!(soak.cycle(&Plan::of(1, number)), Vec::<String>::new(), "cycle {number}");
    }
    for number in 0..50 {
        assert_eq!(soak.cycle(&small()), Vec::<String>::new(), "small cycle {number}");
    }
    let growth = soak.drains.ledger.growth().expect("enough cycles");
    assert!(!growth.is_leak(), "{growth}");
}

#[test]
fn clients_of_every_habit_are_answered() {
    let mut soak = Soak::of(|| None);
    let moment = Moment { first: 3, more: 5 };
    for habit in Habit::ALL {
        // Beside one whose connection is there whenever the signal comes.
        let plan = Plan { habits: vec![habit, Habit::KeptAlive], moment, signals: 1 };
        let (answered, faults) = soak.tell(&plan);
        assert_eq!(faults, Vec::<String>::new(), "{habit:?}");
        assert!(answered >= 3, "{habit:?}: {answered} answers");
    }
}

#[test]
fn a_leaked_descriptor_is_found() {
    let mut soak = Soak::of(|| {
        std::mem::forget(File::open("/dev/null"));
        None
    });
    let faults = soak.cycle(&small());
    assert!(faults.iter().any(|fault| fault.contains("descriptors")), "{faults:?}");
}

#[test]
fn a_task_that_never_ends_is_found() {
    let mut soak = Soak::of(|| {
        tokio::spawn(std::future::pending::<()>());
        None
    });
    let faults = soak.cycle(&small());
    assert!(faults.iter().any(|fault| fault.contains("tasks")), "{faults:?}");
}

#[test]
fn memory_that_is_never_freed_is_found() {
    let mut soak = Soak::of(|| {
        std::mem::forget(vec![0_u8; 1024]);
        None
    });
    for _ in 0..50 {
        assert_eq!(soak.cycle(&small()), Vec::<String>::new());
    }
    let growth = soak.drains.ledger.growth().expect("enough cycles");
    assert!(growth.is_leak(), "{growth}");
}

#[test]
fn a_request_that_is_turned_away_is_found() {
    let mut soak = Soak::of(|| Some(StatusCode::SERVICE_UNAVAILABLE.into_response()));
    let faults = soak.cycle(&small());
    assert!(faults.iter().any(|fault| fault.contains("turned away")), "{faults:?}");
}
