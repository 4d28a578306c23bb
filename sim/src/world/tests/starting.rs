//! A store that is missing at the start or for a while.

use lastorders_model::history::{EventKind, History};
use lastorders_model::plan::{Contract, Draft};

use crate::case::{Case, Outage, OutageKind, Startup};
use crate::engine::EngineKind;
use crate::subject::Subject;
use crate::world::carry_out;

/// A server that reaches its store at 20 ms, and a client that comes at 50 ms.
fn starting(signal_us: u64, refuses: bool, subject: Subject) -> History {
    let mut draft = Draft::new("startup/by-hand", 1, Contract::default());
    draft.client("a").at_us(50_000).connect().work().receive();
    draft.operator().at_us(signal_us).signal().await_exit();
    let mut case = Case::plain(draft.finish());
    case.conditions.startup = Some(Startup { lasts_us: 20_000, refuses });
    carry_out(&case, subject, EngineKind::Event).history
}

#[test]
fn a_signal_ends_the_startup_and_a_later_signal_ends_the_service() {
    let exited = |history: &History| {
        let mut events = history.events.iter();
        events.find_map(|event| match event.what {
            EventKind::Exited { code, signal } => Some((event.at_us, code, signal)),
            _ => None,
        })
    };
    for refuses in [true, false] {
        let notified = |signal_us, subject| starting(signal_us, refuses, subject);
        let ours = exited(&notified(19_999, Subject::Ours));
        assert_eq!(ours, Some((19_999, Some(0), None)), "refuses: {refuses}");
        let without_handlers = exited(&notified(19_999, Subject::Axum));
        assert_eq!(without_handlers, Some((19_999, None, Some(15))), "refuses: {refuses}");
        for subject in [Subject::Ours, Subject::Axum] {
            let served = notified(300_000, subject);
            let statuses: Vec<_> = served.exchanges().iter().map(|it| it.status()).collect();
            // The server retries a store that refuses after 100 ms.
            let expected = if refuses { None } else { Some(201) };
            assert_eq!(statuses, expected.map(Some).into_iter().collect::<Vec<_>>(), "{subject}");
            let (at_us, code, _) = exited(&served).expect("it ends");
            assert!(at_us >= 300_000 && code == Some(0), "{subject}: {at_us}");
        }
    }
}

/// Two clients come at 50 and at 150 ms. The store is missing until 100 ms.
#[test]
fn requests_succeed_again_after_a_store_outage() {
    let answers = |kind| {
        let mut draft = Draft::new("outage/by-hand", 1, Contract::default());
        draft.client("a").at_us(50_000).connect().work().receive();
        draft.client("b").at_us(150_000).connect().work().receive();
        draft.operator().at_us(300_000).signal().await_exit();
        let mut case = Case::plain(draft.finish());
        case.conditions.store.outages = vec![Outage { from_us: 0, until_us: 100_000, kind }];
        let history = carry_out(&case, Subject::Ours, EngineKind::Event).history;
        let exchanges = history.exchanges();
        let answers = exchanges.iter().map(|it| (it.status(), it.ended_us / 1_000));
        answers.collect::<Vec<_>>()
    };
    assert_eq!(answers(OutageKind::Refuse), [(Some(500), 52), (Some(201), 153)]);
    assert_eq!(answers(OutageKind::BlackHole), [(Some(201), 101), (Some(201), 153)]);
}
