//! The actions that the machine asks for, input by input.

use std::time::Duration;

use super::{ConnAction, ConnInput, Connection, IDLE_GRACE, NONE, after};
use crate::drain::{Admission, ShutdownFlags};

const BEGUN: ShutdownFlags = ShutdownFlags::UNREADY.with(ShutdownFlags::ANNOUNCE_CLOSE);
const CLOSES_IDLE: ShutdownFlags = BEGUN.with(ShutdownFlags::CLOSE_IDLE);
const STAY: ConnAction = ConnAction::Stay { until: None };
const REQUEST: ConnInput = ConnInput::RequestStarted { has_body: false };

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn idle() -> Connection {
    after(&[REQUEST, ConnInput::ResponseEnded, ConnInput::Flushed])
}

#[test]
fn idle_connection_closes_after_one_look_that_finds_nothing() {
    let mut connection = idle();
    assert_eq!(connection.next_action(at(0), BEGUN), STAY);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), ConnAction::Look);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), ConnAction::Close);
    connection.handle(CLOSES_IDLE, ConnInput::CloseBegan);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), STAY);
    assert!(!connection.lingers());
}

#[test]
fn bytes_that_the_look_finds_keep_the_connection_open() {
    let mut connection = idle();
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), ConnAction::Look);
    connection.handle(CLOSES_IDLE, ConnInput::BytesRead);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), STAY);
}

#[test]
fn answer_that_ends_in_the_shutdown_gives_the_connection_its_idle_grace() {
    let mut connection = after(&[REQUEST, ConnInput::ResponseEnded]);
    connection.handle(BEGUN, ConnInput::Flushed);
    let until = at(1_000) + IDLE_GRACE;
    let stay = ConnAction::Stay { until: Some(until) };
    assert_eq!(connection.next_action(at(1_000), CLOSES_IDLE), stay);
    assert_eq!(connection.next_action(at(1_100), CLOSES_IDLE), stay);
    assert_eq!(connection.next_action(until, CLOSES_IDLE), ConnAction::Look);
    assert_eq!(connection.next_action(until, CLOSES_IDLE), ConnAction::Close);
}

#[test]
fn silent_connection_closes_at_close_silent_and_not_at_close_idle() {
    let mut connection = after(&[]);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), STAY);
    let closes_silent = BEGUN.with(ShutdownFlags::CLOSE_SILENT);
    assert_eq!(connection.next_action(at(0), closes_silent), ConnAction::Look);
    assert_eq!(connection.next_action(at(0), closes_silent), ConnAction::Close);
}

#[test]
fn idle_connection_with_an_open_body_stays_until_the_body_ends() {
    let early = [ConnInput::RequestStarted { has_body: true }, ConnInput::ResponseEnded];
    let mut connection = after(&[&early[..], &[ConnInput::Flushed]].concat());
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), STAY);
    let effect = connection.handle(CLOSES_IDLE, ConnInput::BodyEnded(0));
    assert!(effect.wake, "the task must ask again");
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), ConnAction::Look);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), ConnAction::Close);
}

#[test]
fn connection_looks_twice_after_a_body_that_was_dropped_late() {
    let early = [ConnInput::RequestStarted { has_body: true }, ConnInput::ResponseEnded];
    let behind = [ConnInput::Flushed, ConnInput::BytesRead, ConnInput::BodyDropped(0)];
    let mut connection = after(&[&early[..], &behind].concat());
    // One look for the rest of the body, and one for a request behind it.
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), ConnAction::Look);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), ConnAction::Look);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), ConnAction::Close);
}

#[test]
fn body_of_an_earlier_request_ends_without_touching_the_next_one() {
    let body = ConnInput::RequestStarted { has_body: true };
    let mut connection = after(&[body, ConnInput::ResponseEnded, ConnInput::Flushed, body]);
    connection.handle(NONE, ConnInput::BodyEnded(0));
    assert!(connection.has_unread_body());
    connection.handle(NONE, ConnInput::BodyEnded(1));
    assert!(!connection.has_unread_body());
}

#[test]
fn dropped_body_counts_as_ended_after_two_polls() {
    let body = ConnInput::RequestStarted { has_body: true };
    let mut connection = after(&[body, ConnInput::BodyDropped(0), ConnInput::ResponseEnded]);
    assert!(connection.has_unread_body() && connection.asks());
    assert_eq!(connection.next_action(at(0), NONE), STAY);
    // These bytes are the rest of the body, and no request.
    connection.handle(NONE, ConnInput::BytesRead);
    connection.handle(NONE, ConnInput::Flushed);
    assert!(connection.has_unread_body());
    assert_eq!(connection.next_action(at(0), NONE), STAY);
    assert!(!connection.has_unread_body() && !connection.asks());
}

#[test]
fn request_after_the_look_is_refused_and_one_within_it_is_served() {
    let refuses = BEGUN.with(ShutdownFlags::REFUSE_WORK);
    let mut connection = after(&[]);
    assert_eq!(connection.next_action(at(0), refuses), ConnAction::Look);
    let started = connection.handle(refuses, REQUEST).started;
    assert_eq!(started, Some(Admission::Serve { late: false }));
    assert_eq!(connection.next_action(at(0), refuses), STAY);
    assert_eq!(connection.handle(refuses, REQUEST).started, Some(Admission::Refuse));
    let mut late = Connection::new(refuses, IDLE_GRACE);
    assert_eq!(late.handle(refuses, REQUEST).started, Some(Admission::Refuse));
}

#[test]
fn http2_goes_away_once_and_is_never_closed_as_idle() {
    let mut connection = after(&[ConnInput::PrefaceRead]);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), ConnAction::GoAway);
    assert_eq!(connection.next_action(at(0), CLOSES_IDLE), STAY);
}

#[test]
fn connection_parks_after_two_sweeps_without_a_request() {
    let mut connection = idle();
    for _ in 0..2 {
        assert_eq!(connection.next_action(at(0), NONE), STAY);
        connection.handle(NONE, ConnInput::Swept);
    }
    assert_eq!(connection.next_action(at(0), NONE), ConnAction::Look);
    assert_eq!(connection.next_action(at(0), NONE), ConnAction::Park);
    connection.handle(NONE, ConnInput::Parked);
    assert_eq!(connection.next_action(at(0), NONE), STAY);
}
