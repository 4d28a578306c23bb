use lastorders_model::plan::{
    ClientStep, Contract, Draft, Exchange, Fault, Gate, LetGo, Request, Role, Script, Step,
};

use crate::case::{
    Case, LinkChange, LinkEvent, Outage, OutageKind, Sealing, Stall, Startup, Streamed,
};
use crate::generate::{Family, derive_promise, generate};

const SIGNAL_US: u64 = 10_000;

/// One request in flight at the signal, a patient policy, a link of 500 microseconds.
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
    case.plan.actors[0].role.client_script_mut().expect("it is a client")
}

type Row = (&'static str, fn(&mut Case), bool, bool, bool);

#[test]
fn promises_follow_from_the_case() {
    let rows: [Row; 21] = [
        ("a plain one", |_| {}, true, true, true),
        ("a handshake may be lost", sealed_at_once, true, true, false),
        ("a grace shorter than a packet", |it| idle_grace(it, 500), true, true, false),
        ("one a quantum longer", |it| idle_grace(it, 501), true, true, true),
        ("a short stall", |it| stall(it, 1_000_000), true, true, true),
        ("a stall across the deadline", |it| stall(it, 9_000_000), false, false, false),
        ("a hold that ends", |it| hold(it, Some(20_000)), true, true, true),
        ("one that outlasts the graces", |it| hold(it, Some(100_000)), true, true, false),
        ("one that does not end", |it| hold(it, None), false, false, false),
        ("the store breaks", |it| breaks(it, Fault::Reset), true, false, false),
        ("and is a black hole", |it| breaks(it, Fault::BlackHole), false, false, false),
        (
            "it refuses for a while",
            |it| outage(it, OutageKind::Refuse, 9_000_000),
            true,
            false,
            false,
        ),
        ("a black hole that ends", |it| outage(it, OutageKind::BlackHole, 1_000), true, true, true),
        ("one that lasts", |it| outage(it, OutageKind::BlackHole, 9_000_000), false, false, false),
        ("an answer that is left for seconds", dawdles, true, false, false),
        ("a gate for a second", |it| gate(it, 1_000_000, true), true, true, true),
        ("one across the deadline", |it| gate(it, 9_000_000, true), false, false, false),
        ("one that stays closed", |it| gate(it, 1_000_000, false), false, false, false),
        ("a tunnel", tunnel, false, false, false),
        ("a streamed answer", |it| streams(it, 1_000_000), true, true, true),
        ("one that outlasts the deadline", |it| streams(it, 9_000_000), false, false, false),
    ];
    for (what, write, settles, ledger, lossless) in rows {
        let case = plain(write);
        let promise = case.conditions.promise.as_ref().unwrap();
        assert_eq!(promise.settled_us.is_some(), settles, "{what}: settles");
        let named = case.plan.checks.iter().any(|used| used.check == "ledger");
        assert_eq!(named, ledger, "{what}: the ledger judges");
        assert_eq!(promise.lossless, lossless, "{what}: lossless");
        assert_eq!(
            promise.gone_us,
            SIGNAL_US + 9_053_000,
            "{what}: deadline, abort, release, ticks"
        );
    }
}

#[test]
fn bounds_are_in_order_and_budgets_are_theirs() {
    for seed in 0..3_000 {
        let case = generate(seed, Family::ALL[usize::try_from(seed).unwrap() % 9]);
        let promise = case.conditions.promise.as_ref().unwrap();
        let contract = &case.plan.contract;
        assert!(contract.prompt_ms <= contract.grace_ms, "{seed}");
        let Some(settled) = promise.settled_us else { continue };
        assert!(settled <= promise.gone_us, "{seed}");
        let stalls = &case.conditions.store.stalls;
        assert!(stalls.iter().all(|stall| stall.until_us <= promise.faults_end_us), "{seed}");
    }
}

/// The link is 500 microseconds each way: a probe is told by 2 of its round trips and 50 ms.
#[test]
fn a_sign_is_due_when_a_look_cannot_miss_it() {
    fn ducks(case: &mut Case, us: u64) {
        case.conditions.policy.lame_duck_us = us;
        case.conditions.policy.handshake_grace_us = 200_000;
    }
    type Row = (&'static str, fn(&mut Case), u64);
    let rows: [Row; 6] = [
        ("the seal is the first sign", |it| ducks(it, 0), 200 + 2),
        ("a probe comes when its SYN is filtered", |it| ducks(it, 500), 201 + 2),
        ("a probe comes in the lame duck", |it| ducks(it, 501), 52),
        ("it is sent too late", |it| (ducks(it, 501), looks_later(it)).0, 201 + 2),
        ("the queue may be full", |it| (ducks(it, 501), it.conditions.network.backlog = 4).0, 203),
        ("nothing is filtered", |it| (ducks(it, 0), sealed_at_once(it)).0, 2),
    ];
    for (what, write, ms) in rows {
        assert_eq!(plain(write).plan.contract.visible_ms, ms + 2, "{what}: a margin of 2");
    }
}

fn looks_later(case: &mut Case) {
    let Role::Operator { steps } = &mut case.plan.actors[1].role else { panic!("no operator") };
    steps.insert(2, Step::At { us: SIGNAL_US + 1 });
}

fn sealed_at_once(case: &mut Case) {
    case.conditions.policy.sealing = Sealing::AcceptUntilEmpty;
}

fn idle_grace(case: &mut Case, us: u64) {
    case.conditions.policy.idle_grace_us = us;
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

/// Whatever the policy: nobody was ever served.
#[test]
fn a_server_signalled_during_startup_exits_at_once() {
    let starting = |lasts_us| {
        plain(|case| case.conditions.startup = Some(Startup { lasts_us, refuses: true }))
    };
    let (early, late) = (starting(SIGNAL_US + 1), starting(SIGNAL_US));
    let promise = |case: &Case| case.conditions.promise.clone().unwrap();
    assert_eq!(promise(&early).settled_us, Some(SIGNAL_US + 3_000), "three ticks");
    assert_eq!(promise(&early).gone_us, SIGNAL_US + 3_000);
    assert_eq!(promise(&late).gone_us, SIGNAL_US + 9_053_000, "it was ready");
    for case in [early, late] {
        let judged = |check: &str| case.plan.checks.iter().any(|used| used.check == check);
        assert!(judged("exit-in-grace") && !judged("created") && !judged("ledger"));
    }
}
