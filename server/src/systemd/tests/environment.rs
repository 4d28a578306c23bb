use std::ffi::OsString;
use std::time::Duration;

use sd_notify::NotifyState;

use super::manager::Manager;
use crate::systemd::sockets::Passed;
use crate::systemd::{Notifier, SocketsError};

const PID: u32 = 42;

type Environment<'a> = &'a [(&'a str, &'a str)];

fn var(environment: Environment<'_>, name: &str) -> Option<String> {
    let found = environment.iter().find(|(it, _)| *it == name);
    found.map(|(_, value)| (*value).to_owned())
}

fn passed(environment: Environment<'_>) -> Result<Vec<String>, String> {
    let passed = Passed::read(|name| var(environment, name), PID);
    passed.map(|it| it.names).map_err(|error| error.to_string())
}

#[test]
fn sockets_are_taken_only_when_the_environment_names_this_process() {
    let none: &[&str] = &[];
    let table: &[(Environment, &[&str])] = &[
        (&[], none),
        // For the parent of this process, or without a process id.
        (&[("LISTEN_PID", "41"), ("LISTEN_FDS", "1")], none),
        (&[("LISTEN_FDS", "1")], none),
        (&[("LISTEN_PID", "42")], none),
        (&[("LISTEN_PID", "42"), ("LISTEN_FDS", "0")], none),
        (&[("LISTEN_PID", "42"), ("LISTEN_FDS", "2")], &["unknown", "unknown"]),
        (
            &[("LISTEN_PID", "42"), ("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", "http:admin")],
            &["http", "admin"],
        ),
    ];
    for (environment, names) in table {
        let names: Vec<_> = names.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(passed(environment), Ok(names), "{environment:?}");
    }
}

#[test]
fn invalid_environment_is_an_error_that_names_the_variable() {
    let pid = ("LISTEN_PID", "42");
    let table: &[(Environment, &str)] = &[
        (&[("LISTEN_PID", "me"), ("LISTEN_FDS", "1")], "LISTEN_PID is \"me\""),
        (&[pid, ("LISTEN_FDS", "-1")], "LISTEN_FDS is \"-1\""),
        (&[pid, ("LISTEN_FDS", "99999")], "LISTEN_FDS is \"99999\""),
        (&[pid, ("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", "http")], "LISTEN_FDNAMES is \"http\""),
    ];
    for (environment, expected) in table {
        let error = passed(environment).expect_err("invalid");
        assert!(error.contains(expected), "{error}");
    }
    let error = Passed::read(|_| Some("x".to_owned()), PID);
    assert!(matches!(error, Err(SocketsError::Environment { .. })));
}

fn from_env(environment: Environment<'_>) -> std::io::Result<Notifier> {
    Notifier::read(|name| var(environment, name).map(OsString::from), PID)
}

#[test]
fn notifier_sends_to_the_address_in_the_environment() {
    let manager = Manager::new("environment");
    let address = manager.address();
    let there = ("NOTIFY_SOCKET", address.as_str());
    let notifier = from_env(&[there]).expect("a socket receives");
    notifier.try_send(&NotifyState::Status("here")).expect("there is room");
    assert_eq!(manager.received_all(), ["STATUS=here"]);
    assert_eq!(notifier.heartbeat(), None);

    for environment in [&[][..], &[("NOTIFY_SOCKET", "")]] {
        assert!(from_env(environment).expect("no address").is_silent());
    }
    for (address, expected) in [
        ("relative/path", "expected an absolute path"),
        ("/there/is/no/such/socket", "No such file"),
    ] {
        let error = from_env(&[("NOTIFY_SOCKET", address)]).expect_err("no socket receives");
        let error = error.to_string();
        assert!(error.contains(expected) && error.contains(address), "{error}");
    }
}

#[test]
fn watchdog_interval_is_taken_only_when_it_names_this_process() {
    let manager = Manager::new("watchdog-environment");
    let address = manager.address();
    let there = ("NOTIFY_SOCKET", address.as_str());
    let five = ("WATCHDOG_USEC", "5000000");
    let table: &[(Environment, Option<u64>)] = &[
        (&[there, five], Some(2_500)),
        (&[there, five, ("WATCHDOG_PID", "42")], Some(2_500)),
        (&[there, five, ("WATCHDOG_PID", "41")], None),
        (&[there, ("WATCHDOG_USEC", "0")], None),
        (&[there, ("WATCHDOG_USEC", "soon")], None),
        // Without an address there are no heartbeats.
        (&[five], None),
    ];
    for (environment, interval) in table {
        let notifier = from_env(environment).expect("a socket receives");
        assert_eq!(notifier.heartbeat(), interval.map(Duration::from_millis), "{environment:?}");
    }
}
