//! A history in a file, read by a program that does not know the simulator.

use lastorders_model::check::judge;
use lastorders_model::history::{self, EventKind};
use lastorders_model::timeline::timeline;

use crate::engine::EngineKind;
use crate::generate::{Family, Generator};
use crate::subject::Subject;
use crate::world::{SimEvent, carry_out};

#[test]
fn stored_run_has_the_same_events_verdict_and_timeline_as_the_run_itself() {
    let generator = Generator::new(Family::Mixed);
    for seed in 0..20 {
        let case = generator.generate(seed);
        let live = carry_out(&case, Subject::Ours, EngineKind::Event).history;
        assert!(live.events.iter().any(|event| SimEvent::of(event).is_some()), "seed {seed}");
        let mut file = Vec::new();
        history::write(&mut file, &case.plan, &live).expect("a vector takes everything");
        let (plan, stored) = history::read(file.as_slice()).expect("the simulator wrote the file");
        assert_eq!(stored, live, "seed {seed}");
        let (verdict, findings) = judge(&plan, &stored);
        assert_eq!((verdict, &findings), (judge(&plan, &live).0, &judge(&plan, &live).1));
        let rows = |history| timeline(&plan, history, &findings, 100);
        assert_eq!(rows(&stored), rows(&live), "seed {seed}");
        assert!(stored.events.iter().all(|event| SimEvent::of(event).is_none()), "seed {seed}");
    }
}

#[test]
fn each_event_is_stored_under_its_name_beside_its_fields() {
    let released = SimEvent::Ended { call: 3, status: None };
    let json = serde_json::to_string(&EventKind::from(released)).expect("the event is plain data");
    let expected = concat!(
        r#"{"event":"extension","data":{"call":3,"event":"ended","status":null},"#,
        r#""words":{"sign":"✗","tone":"bad","text":"drops the handler of call 3"}}"#,
    );
    assert_eq!(json, expected);
}
