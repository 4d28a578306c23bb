use lastorders_model::plan::{
    ClientStep, Closing, Contract, Cut, Draft, Exchange, Fault, Gate, LetGo, Part, Request, Script,
    Step,
};

use crate::case::{Case, LinkChange, LinkEvent, Outage, OutageKind, Stall, Startup, Streamed};
use crate::generate::{Family, derive_promise, generate};

const SIGNAL_US: u64 = 10_000;

/// A case with one request in flight at the signal, a patient policy, and a link of 500
/// microseconds.
fn plain(write: impl FnOnce(&mut Case)) -> Case {
    let mut draft = Draft::new("generated/by-hand", 1, Contract::default());
    draft.client("a").at_us(SIGNAL_US - 600).connect().work().receive().expect_close();
    draft.operator().at_us(SIGNAL_US).signal().await_draining().await_exit();
    let mut case = Case::plain(draft.finish());
    write(&mut case);
    derive_promise(&mut case);
    case
}

fn client(case: &mut Case, steps: impl IntoIterator<Item = Step<ClientStep>>) {
    script(case).extend(steps);
}

/// The script of the case's first actor, a client.
fn script(case: &mut Case) -> &mut Script<ClientStep> {
    case.plan.actors[0].role.client_script_mut().expect("the first actor is a client")
}

type Row = (&'static str, fn(&mut Case), bool, bool, bool);

#[test]
fn the_faults_of_a_case_decide_its_checks() {
    let rows: [Row; 20] = [
        ("a plain case", |_| {}, true, true, true),
        ("a short stall", |it| stall(it, 1_000_000), true, true, true),
        ("a stall across the deadline", |it| stall(it, 9_000_000), false, false, true),
        ("a hold that ends", |it| hold(it, Some(100_000)), true, true, true),
        ("a hold that does not end", |it| hold(it, None), false, false, true),
        ("the store breaks", |it| breaks(it, Fault::Reset), true, false, false),
        ("the store is a black hole", |it| breaks(it, Fault::BlackHole), false, false, false),
        (
            "the store refuses for a while",
            |it| outage(it, OutageKind::Refuse, 1_000),
            true,
            false,
            false,
        ),
        ("a black hole that ends", |it| outage(it, OutageKind::BlackHole, 1_000), true, true, true),
        (
            "a black hole across the deadline",
            |it| outage(it, OutageKind::BlackHole, 9_000_000),
            false,
            false,
            true,
        ),
        ("an answer that is read after seconds", dawdles, true, false, true),
        ("a client that leaves before its answer", leaves, true, true, false),
        ("a client that half-closes on work", half_closes, true, false, false),
        ("a gate for a second", |it| gate(it, 1_000_000, true), true, true, true),
        ("a gate across the deadline", |it| gate(it, 9_000_000, true), false, false, true),
        ("a gate that stays closed", |it| gate(it, 1_000_000, false), false, false, true),
        ("a tunnel", tunnel, false, false, true),
        ("half a request", half_a_request, false, false, false),
        ("a streamed answer", |it| streams(it, 1_000_000), true, true, true),
        ("a streamed answer across the deadline", |it| streams(it, 9_000_000), false, false, true),
    ];
    for (what, write, settles, ledger, created) in rows {
        let case = plain(write);
        let promise = case.conditions.promise.as_ref().unwrap();
        let judged = |check: &str| case.plan.checks.iter().any(|used| used.check == check);
        assert_eq!(promise.settled_us.is_some(), settles, "{what}: settles");
        assert_eq!(judged("exit-prompt"), settles, "{what}: the exit is bounded");
        assert_eq!(judged("ledger"), ledger, "{what}: the ledger judges");
        assert_eq!(judged("created"), created, "{what}: work is done");
        let grace_ms = case.plan.contract.grace_ms;
        assert_eq!(grace_ms, 9_053 + 2, "{what}: deadline, abort, release, ticks, margin");
    }
}

#[test]
fn the_prompt_budget_is_at_most_the_grace_and_a_drain_settles_after_its_faults() {
    for seed in 0..3_000 {
        let case = generate(seed, Family::ALL[usize::try_from(seed).unwrap() % 9]);
        let promise = case.conditions.promise.as_ref().unwrap();
        let contract = &case.plan.contract;
        assert!(contract.prompt_ms <= contract.grace_ms, "{seed}");
        let Some(settled_us) = promise.settled_us else { continue };
        let events = case.conditions.network.events.iter().map(|event| event.at_us);
        let stalls = case.conditions.store.stalls.iter().map(|stall| stall.until_us);
        let outages = case.conditions.store.outages.iter().map(|outage| outage.until_us);
        assert!(events.chain(stalls).chain(outages).all(|us| us < settled_us), "{seed}");
    }
}

#[test]
fn a_sign_of_the_shutdown_is_due_when_the_listener_must_be_closed() {
    for (lame_duck_us, handshake_grace_us, ms) in [(0, 0, 2), (0, 200_000, 202), (501, 0, 3)] {
        let case = plain(|it| {
            it.conditions.policy.lame_duck_us = lame_duck_us;
            it.conditions.policy.handshake_grace_us = handshake_grace_us;
        });
        assert_eq!(case.plan.contract.visible_ms, ms + 2, "two ticks and a margin of 2");
    }
}

fn stall(case: &mut Case, us: u64) {
    case.conditions.store.stalls = vec![Stall { from_us: SIGNAL_US, until_us: SIGNAL_US + us }];
}

fn hold(case: &mut Case, us: Option<u64>) {
    let event = |at_us, change| LinkEvent { at_us, actor: "a".to_owned(), change };
    let events = &mut case.conditions.network.events;
    events.push(event(SIGNAL_US, LinkChange::Hold));
    events.extend(us.map(|us| event(SIGNAL_US + us, LinkChange::Heal)));
}

fn breaks(case: &mut Case, fault: Fault) {
    let mut draft = Draft::new("generated/by-hand", 1, Contract::default());
    draft.store().at_us(SIGNAL_US).fault(fault);
    case.plan.actors.extend(draft.finish().actors);
}

fn outage(case: &mut Case, kind: OutageKind, us: u64) {
    let outage = Outage { from_us: SIGNAL_US, until_us: SIGNAL_US + us, kind };
    case.conditions.store.outages = vec![outage];
}

fn gate(case: &mut Case, us: u64, opens: bool) {
    let mut draft = Draft::new("generated/by-hand", 1, Contract::default());
    let control = draft.store().at_us(SIGNAL_US - 700).hold(Gate::Row).at_us(SIGNAL_US + us);
    if opens {
        control.let_go(LetGo::All);
    }
    case.plan.actors.extend(draft.finish().actors);
}

fn dawdles(case: &mut Case) {
    let request = Request::health();
    let late = SIGNAL_US + 3_000_000;
    client(case, [ClientStep::Connect, ClientStep::send(request)].map(Step::Own));
    client(case, [Step::At { us: late }, Step::Own(ClientStep::Receive)]);
}

fn leaves(case: &mut Case) {
    let send = ClientStep::send(Request::work("job-2"));
    let leave = ClientStep::Close { how: Closing::Reset };
    client(case, [ClientStep::Connect, send, leave].map(Step::Own));
}

fn half_closes(case: &mut Case) {
    let send = ClientStep::send(Request::work("job-2"));
    let half = ClientStep::Close { how: Closing::Half };
    let end = [ClientStep::Receive, ClientStep::ExpectClose];
    client(case, [ClientStep::Connect, send, half].into_iter().chain(end).map(Step::Own));
}

fn half_a_request(case: &mut Case) {
    let part = Part::UpTo(Cut::Header);
    let send = ClientStep::Send { request: Request::work("job-2"), part };
    client(case, [ClientStep::Connect, send, ClientStep::ExpectClose].map(Step::Own));
}

fn streams(case: &mut Case, every_us: u64) {
    for step in script(case) {
        if let Step::Own(ClientStep::Send { request, .. }) = step {
            request.path = Streamed { parts: 1, every_us }.path(&request.path);
        }
    }
}

fn tunnel(case: &mut Case) {
    let request = Request::upgrade("/upgrade", "echo");
    let (send, receive) = (ClientStep::send(request), ClientStep::Receive);
    client(case, [ClientStep::Connect, send, receive, ClientStep::ExpectClose].map(Step::Own));
}

/// The policy does not matter, because the server has served no client.
#[test]
fn a_server_signalled_during_startup_exits_at_once() {
    let starting = |lasts_us| {
        plain(|case| case.conditions.startup = Some(Startup { lasts_us, refuses: true }))
    };
    let (early, late) = (starting(SIGNAL_US + 1), starting(SIGNAL_US));
    assert_eq!(early.plan.contract.grace_ms, 3 + 2, "three ticks and a margin of 2");
    assert_eq!(late.plan.contract.grace_ms, 9_053 + 2, "the server was ready");
    for case in [early, late] {
        let judged = |check: &str| case.plan.checks.iter().any(|used| used.check == check);
        assert!(judged("exit-in-grace") && !judged("created") && !judged("ledger"));
    }
}
