use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use lastorders_model::actor::{Exit, RunContext, ask_health, connect_error};
use lastorders_model::history::ConnectError;
use tokio::time::{Instant, interval, timeout, timeout_at};

use super::real_world::{RealWorld, connect};
use super::sockets;

/// The limit for one request to `/health`.
const TRY_WITHIN: Duration = Duration::from_secs(2);

/// Waits until the server listens and `/health` answers 200, and returns the server's address.
///
/// # Errors
///
/// A text for people: what was tried and what happened.
pub(super) async fn wait(
    context: &RunContext<RealWorld>,
    within: Duration,
) -> Result<SocketAddr, String> {
    let real = context.world();
    let until = Instant::now() + within;
    let seconds = within.as_secs_f64();
    tokio::select! {
        biased;
        () = context.over() => return Err("the run was ended before it was ready".to_owned()),
        exit = real.server.exited() => return Err(exited(exit)),
        listens = timeout_at(until, real.listeners.present(real.port())) => if listens.is_err() {
            return Err(silent(real, seconds));
        }
    }
    let mut last = "no answer".to_owned();
    let healthy = async {
        let mut ticks = interval(Duration::from_millis(20));
        loop {
            ticks.tick().await;
            match healthy(real.port()).await {
                Ok(address) => return address,
                Err(why) => last = why,
            }
        }
    };
    let answered = tokio::select! {
        biased;
        () = context.over() => return Err("the run was ended before it was ready".to_owned()),
        exit = real.server.exited() => return Err(exited(exit)),
        answered = timeout_at(until, healthy) => answered,
    };
    match answered {
        Ok(address) => owned(real).map(|()| address),
        Err(_) => Err(format!(
            "it listens on PORT={}, but GET /health was not answered 200 within {seconds} s: \
             {last}",
            real.port()
        )),
    }
}

fn exited(exit: Exit) -> String {
    match (exit.code, exit.signal) {
        (Some(code), _) => format!("it exited with status {code} before it was ready"),
        (None, Some(signal)) => format!("it was ended by signal {signal} before it was ready"),
        (None, None) => "it ended before it was ready".to_owned(),
    }
}

/// The error when no process listens on the port. It names the ports on which the server listens
/// instead, if there are any.
fn silent(real: &RealWorld, seconds: f64) -> String {
    let inodes = inodes(&real.server.pids());
    let elsewhere: Vec<String> = sockets::listening()
        .unwrap_or_default()
        .into_iter()
        .filter(|(_, inode)| inodes.contains(inode))
        .map(|(port, _)| port.to_string())
        .collect();
    let port = real.port();
    if elsewhere.is_empty() {
        format!("the server got PORT={port} and listened on no port within {seconds} s")
    } else {
        format!(
            "the server got PORT={port} and listens on {} instead; read the port from the \
             environment",
            elsewhere.join(", ")
        )
    }
}

/// Checks that the listener on the port belongs to the server, as far as `/proc` shows.
fn owned(real: &RealWorld) -> Result<(), String> {
    let ours = inodes(&real.server.pids());
    let listeners = sockets::listening().unwrap_or_default();
    let on_port: Vec<u64> = listeners
        .iter()
        .filter(|(port, _)| *port == real.port())
        .map(|(_, inode)| *inode)
        .collect();
    if on_port.is_empty() || on_port.iter().any(|inode| ours.contains(inode)) {
        return Ok(());
    }
    Err(format!(
        "PORT={} is answered by a process that is neither the server nor its child, such as a \
         daemon that the server has started; a signal to the server would not reach it; start \
         the server in the foreground",
        real.port()
    ))
}

/// The inodes of the sockets that these processes hold.
fn inodes(pids: &[i32]) -> Vec<u64> {
    let links = pids.iter().flat_map(|pid| {
        let fds = std::fs::read_dir(format!("/proc/{pid}/fd"));
        fds.into_iter().flatten().flatten().filter_map(|fd| std::fs::read_link(fd.path()).ok())
    });
    links
        .filter_map(|link| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok())
        .collect()
}

async fn healthy(port: u16) -> Result<SocketAddr, String> {
    let mut why = String::new();
    let refused = ConnectError::Refused.to_string();
    for host in [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()] {
        let address = SocketAddr::new(host, port);
        match timeout(TRY_WITHIN, ask(address)).await {
            Ok(Ok(200)) => return Ok(address),
            Ok(Ok(status)) => return Err(format!("it answered {status}")),
            // A server may listen on one address family only, and refuse on the other. Such a
            // refusal must not hide the error of the first family.
            Ok(Err(error)) if why.is_empty() || error != refused => why = error,
            Ok(Err(_)) => {}
            Err(_) => why = format!("no answer within {} s", TRY_WITHIN.as_secs()),
        }
    }
    Err(why)
}

async fn ask(address: SocketAddr) -> Result<u16, String> {
    let (stream, _) = connect(address).await.map_err(|error| connect_error(&error).to_string())?;
    match ask_health(stream).await {
        Ok(Some(status)) => Ok(status),
        Ok(None) => Err("the connection ended without a whole answer".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
