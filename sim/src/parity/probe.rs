use std::fmt;
use std::io;
use std::pin::pin;

use super::wire::{Seen, Wire, fill, outcome, pair, read, shutdown, within, word, write};
use crate::engine::SocketState::{CloseWait, Established};

/// A situation that networks may treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the name in the table says it")]
pub enum Probe {
    ConnectBeforeAccept,
    QueuedWhenTheListenerCloses,
    ConnectAfterClose,
    ResponseQueuedThenReset,
    WriteToAPeerThatClosed,
    HalfClose,
    SecondShutdown,
    BytesTakenWhileThePeerDoesNotRead,
    BacklogOneAndFiveConnects,
    BlockedWriterAndAReset,
    EndBehindAFullBuffer,
    AcceptAfterTheClientClosed,
    AcceptAfterTheClientReset,
}

impl Probe {
    /// All probes, in the order of the table.
    pub const ALL: [Self; 13] = [
        Self::ConnectBeforeAccept,
        Self::QueuedWhenTheListenerCloses,
        Self::ConnectAfterClose,
        Self::ResponseQueuedThenReset,
        Self::WriteToAPeerThatClosed,
        Self::HalfClose,
        Self::SecondShutdown,
        Self::BytesTakenWhileThePeerDoesNotRead,
        Self::BacklogOneAndFiveConnects,
        Self::BlockedWriterAndAReset,
        Self::EndBehindAFullBuffer,
        Self::AcceptAfterTheClientClosed,
        Self::AcceptAfterTheClientReset,
    ];

    /// The listener's backlog.
    pub(super) fn backlog(self) -> u32 {
        if self == Self::BacklogOneAndFiveConnects { 1 } else { 128 }
    }

    /// The observation on this network, in words that do not depend on the machine.
    pub(super) async fn observe<W: Wire>(self, wire: W) -> String {
        let observed = match self {
            Self::ConnectBeforeAccept => connect_before_accept(&wire).await,
            Self::QueuedWhenTheListenerCloses => queued(&wire).await,
            Self::ConnectAfterClose => connect_after_close(&wire).await,
            Self::ResponseQueuedThenReset => response_then_reset(&wire).await,
            Self::WriteToAPeerThatClosed => write_to_closed(&wire).await,
            Self::HalfClose => half_close(&wire).await,
            Self::SecondShutdown => second_shutdown(&wire).await,
            Self::BytesTakenWhileThePeerDoesNotRead => bytes_taken(&wire).await,
            Self::BacklogOneAndFiveConnects => backlog(&wire).await,
            Self::BlockedWriterAndAReset => blocked_writer(&wire).await,
            Self::EndBehindAFullBuffer => end_behind_full(&wire).await,
            Self::AcceptAfterTheClientClosed => accept_after_closed(&wire).await,
            Self::AcceptAfterTheClientReset => accept_after_reset(&wire).await,
        };
        observed.unwrap_or_else(|error| format!("ended by {}", word(&error)))
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConnectBeforeAccept => "connect before accept",
            Self::QueuedWhenTheListenerCloses => "queued when the listener closes",
            Self::ConnectAfterClose => "connect after close",
            Self::ResponseQueuedThenReset => "response queued, then reset",
            Self::WriteToAPeerThatClosed => "write to a peer that closed",
            Self::HalfClose => "half-close",
            Self::SecondShutdown => "second shutdown",
            Self::BytesTakenWhileThePeerDoesNotRead => "bytes taken while the peer does not read",
            Self::BacklogOneAndFiveConnects => "backlog 1, five connects",
            Self::BlockedWriterAndAReset => "blocked writer and a reset",
            Self::EndBehindAFullBuffer => "end behind a full buffer",
            Self::AcceptAfterTheClientClosed => "accept after the client closed",
            Self::AcceptAfterTheClientReset => "accept after the client reset",
        })
    }
}

async fn connect_before_accept<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let mut connecting = pin!(wire.connect());
    if let Some(connected) = within(wire, &mut connecting).await {
        let accepted = within(wire, wire.accept(&listener)).await.is_some();
        return Ok(format!("connect:{} accept:{}", outcome(&connected), yes(accepted)));
    }
    let (connected, accepted) = tokio::join!(connecting, wire.accept(&listener));
    Ok(format!("connect:waits accept:{} connect:{}", yes(accepted.is_ok()), outcome(&connected)))
}

async fn queued<W: Wire>(wire: &W) -> io::Result<String> {
    let mut seen = Vec::new();
    for sends in [false, true] {
        let listener = wire.listen(128).await?;
        let mut connecting = pin!(wire.connect());
        let Some(connected) = within(wire, &mut connecting).await else {
            drop(listener);
            let connected = within(wire, connecting).await;
            seen.push(connected.map_or("waits", |connected| outcome(&connected)).to_owned());
            continue;
        };
        let mut client = connected?;
        if sends {
            write(wire, &mut client).await;
            wire.until(|all| all.iter().any(|s| s.server && s.socket.unread == 5)).await;
        }
        drop(listener);
        wire.until(|all| !all.iter().any(|s| s.is(false, Established))).await;
        seen.push(read(wire, &mut client).await);
    }
    Ok(format!("silent:{} sent:{}", seen[0], seen[1]))
}

async fn connect_after_close<W: Wire>(wire: &W) -> io::Result<String> {
    drop(wire.listen(128).await?);
    let connected = within(wire, wire.connect()).await;
    Ok(connected.map_or("waits", |connected| outcome(&connected)).to_owned())
}

async fn response_then_reset<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let (mut client, mut server) = pair(wire, &listener).await?;
    write(wire, &mut server).await;
    wire.until(|all| all.iter().any(|s| !s.server && s.socket.unread == 5)).await;
    wire.reset(server).await;
    wire.until(|all| !all.iter().any(|s| s.is(false, Established))).await;
    Ok(read(wire, &mut client).await)
}

async fn write_to_closed<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let (mut client, server) = pair(wire, &listener).await?;
    drop(server);
    wire.until(|all| all.iter().any(|s| s.is(false, CloseWait))).await;
    let first = write(wire, &mut client).await;
    wire.until(|all| !all.iter().any(|s| s.is(false, CloseWait))).await;
    let second = write(wire, &mut client).await;
    let read = read(wire, &mut client).await;
    Ok(format!("write:{first} write:{second} read:{read}"))
}

async fn half_close<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let (mut client, mut server) = pair(wire, &listener).await?;
    let shut = shutdown(wire, &mut client).await;
    let end = read(wire, &mut server).await;
    let wrote = write(wire, &mut server).await;
    drop(server);
    let answer = read(wire, &mut client).await;
    Ok(format!("shutdown:{shut} read:{end} write:{wrote} read:{answer}"))
}

async fn second_shutdown<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let (mut client, server) = pair(wire, &listener).await?;
    let first = shutdown(wire, &mut client).await;
    let second = shutdown(wire, &mut client).await;
    drop(server);
    wire.until(|all| !all.iter().any(|s| s.is(true, CloseWait))).await;
    let end = read(wire, &mut client).await;
    let third = shutdown(wire, &mut client).await;
    Ok(format!("{first} {second} read:{end} {third}"))
}

async fn bytes_taken<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let (mut client, _server) = pair(wire, &listener).await?;
    Ok(match fill(wire, &mut client).await? {
        0..=0xffff => "below 64 KiB",
        0x1_0000..=0x2_0000 => "64 to 128 KiB",
        0x2_0001..=0xf_ffff => "128 KiB to 1 MiB",
        _ => "1 MiB or more",
    }
    .to_owned())
}

async fn backlog<W: Wire>(wire: &W) -> io::Result<String> {
    let _listener = wire.listen(1).await?;
    let mut connected = Vec::new();
    for _ in 0..5 {
        match within(wire, wire.connect()).await {
            Some(Ok(stream)) => connected.push(stream),
            Some(Err(error)) => {
                return Ok(format!("connected:{} {}", connected.len(), word(&error)));
            }
            None => break,
        }
    }
    Ok(format!("connected:{} waits", connected.len()))
}

async fn blocked_writer<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let (mut client, server) = pair(wire, &listener).await?;
    fill(wire, &mut client).await?;
    let (wrote, ()) = tokio::join!(write(wire, &mut client), wire.reset(server));
    Ok(format!("write:{wrote}"))
}

async fn end_behind_full<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let (mut client, mut server) = pair(wire, &listener).await?;
    let taken = fill(wire, &mut client).await?;
    let shut = shutdown(wire, &mut client).await;
    let read = read(wire, &mut server).await;
    let read = read.replace(&format!("bytes:{taken}"), "all");
    let read = if read.starts_with("bytes:") { "less".to_owned() } else { read };
    Ok(format!("shutdown:{shut} read:{read}"))
}

async fn accept_after_closed<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let mut connecting = pin!(wire.connect());
    let Some(connected) = within(wire, &mut connecting).await else {
        return Ok("connect:waits".to_owned());
    };
    let mut client = connected?;
    write(wire, &mut client).await;
    drop(client);
    wire.until(|all| all.iter().any(|s| s.is(true, CloseWait))).await;
    accept_and_read(wire, &listener).await
}

async fn accept_after_reset<W: Wire>(wire: &W) -> io::Result<String> {
    let listener = wire.listen(128).await?;
    let mut connecting = pin!(wire.connect());
    let Some(connected) = within(wire, &mut connecting).await else {
        return Ok("connect:waits".to_owned());
    };
    let mut client = connected?;
    write(wire, &mut client).await;
    wire.until(|all| all.iter().any(|s| s.server && s.socket.unread == 5)).await;
    wire.reset(client).await;
    wire.until(|all| !all.iter().any(|s: &Seen| s.is(true, Established))).await;
    accept_and_read(wire, &listener).await
}

async fn accept_and_read<W: Wire>(wire: &W, listener: &W::Listener) -> io::Result<String> {
    Ok(match within(wire, wire.accept(listener)).await {
        Some(Ok(mut server)) => format!("accept:ok read:{}", read(wire, &mut server).await),
        Some(Err(error)) => format!("accept:{}", word(&error)),
        None => "accept:waits".to_owned(),
    })
}

fn yes(is: bool) -> &'static str {
    if is { "ok" } else { "waits" }
}
