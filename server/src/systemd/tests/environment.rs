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
fn sockets_are_ours_when_we_are_meant() {
    let none: &[&str] = &[];
    let table: &[(Environment, &[&str])] = &[
        (&[], none),
        // For our parent, or for nobody that is known.
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
fn an_environment_that_contradicts_itself_is_an_error() {
    let pid = ("LISTEN_PID", "42");
    let table: &[(Environment, &str)] = &[
        (&[("LISTEN_PID", "me"), ("LISTEN_FDS", "1")], "LISTEN_PID is \"me\""),
        (&[pid, ("LISTEN_FDS", "-1")], "LISTEN_FDS is \"-1\""),
        (&[pid, ("LISTEN_FDS", "99999")], "LISTEN_FDS is \"99999\""),
        (&[pid, ("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", "http")], "LISTEN_FDNAMES is \"http\""),
    ];
    for (environment, complaint) in table {
        let error = passed(environment).expect_err("it contradicts itself");
        assert!(error.contains(complaint), "{error}");
    }
    let error = Passed::read(|_| Some("x".to_owned()), PID);
    assert!(matches!(error, Err(SocketsError::Environment { .. })));
}

fn notifier(environment: Environment<'_>) -> std::io::Result<Notifier> {
    Notifier::read(|name| var(environment, name).map(OsString::from), PID)
}

#[test]
fn the_manager_is_told_where_it_says() {
    let manager = Manager::new("environment");
    let address = manager.address();
    let there = ("NOTIFY_SOCKET", address.as_str());
    let told = notifier(&[there]).expect("somebody receives");
    told.try_tell(&NotifyState::Status("here")).expect("there is room");
    assert_eq!(manager.heard_all(), ["STATUS=here"]);
    assert_eq!(told.heartbeat(), None);

    for nobody in [&[][..], &[("NOTIFY_SOCKET", "")]] {
        assert!(notifier(nobody).expect("no address").is_silent());
    }
    for (address, complaint) in [
        ("relative/path", "expected an absolute path"),
        ("/there/is/no/such/socket", "No such file"),
    ] {
        let error = notifier(&[("NOTIFY_SOCKET", address)]).expect_err("nobody is there");
        let error = error.to_string();
        assert!(error.contains(complaint) && error.contains(address), "{error}");
    }
}

#[test]
fn the_watchdog_asks_whom_it_means() {
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
        // Nobody to tell.
        (&[five], None),
    ];
    for (environment, interval) in table {
        let told = notifier(environment).expect("somebody receives");
        assert_eq!(told.heartbeat(), interval.map(Duration::from_millis), "{environment:?}");
    }
}
