use std::convert::Infallible;
use std::future::{Future, pending};
use std::pin::pin;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Notifier;
use crate::clock::SharedClock;
use crate::event::{Event, Observer};
use crate::report::Report;

/// How long the process may need to exit after the report. systemd must wait that long too, or it
/// would kill a shutdown that ends in time.
const EXIT: Duration = Duration::from_secs(1);

/// A message to the service manager.
#[derive(Clone, Copy, Debug)]
enum Message {
    Ready,
    Stopping {
        /// The latest end of the shutdown, in time since the clock's origin.
        ends: Duration,
    },
}

/// Creates the observer that turns events into messages, and the sender of the messages. They are
/// separate, because an observer must not wait for the service manager.
pub(crate) fn messages(notifier: Notifier, clock: SharedClock) -> (MessageObserver, MessageSender) {
    let (send, messages) = unbounded_channel();
    (MessageObserver { send, clock: clock.clone() }, MessageSender { messages, notifier, clock })
}

/// Queues the messages.
#[derive(Debug)]
pub(crate) struct MessageObserver {
    send: UnboundedSender<Message>,
    clock: SharedClock,
}

impl Observer for MessageObserver {
    fn observe(&mut self, event: &Event<'_>) {
        let message = match event {
            Event::Serving {} => Message::Ready,
            Event::ShutdownBegan { longest, .. } => {
                Message::Stopping { ends: self.clock.since_origin().saturating_add(*longest) }
            }
            Event::LameDuckShortened { .. }
            | Event::AcceptFailed { .. }
            | Event::PhaseEntered { .. }
            | Event::RefusingWork { .. }
            | Event::MakingRoom { .. }
            | Event::Sealed { .. }
            | Event::ClosingSilent { .. }
            | Event::ClosingIdle { .. }
            | Event::Cutting { .. }
            | Event::Drained { .. }
            | Event::Releasing { .. }
            | Event::Released { .. }
            | Event::Finished { .. } => return,
        };
        // The receiver lives as long as the server, so this cannot fail earlier.
        let _ = self.send.send(message);
    }
}

/// Sends the queued messages, and heartbeats for the watchdog.
#[derive(Debug)]
pub(crate) struct MessageSender {
    messages: UnboundedReceiver<Message>,
    notifier: Notifier,
    clock: SharedClock,
}

impl MessageSender {
    /// Runs the server, and notifies the service manager meanwhile.
    pub(crate) async fn send_while(mut self, run: impl Future<Output = Report>) -> Report {
        let mut run = pin!(run);
        let report = tokio::select! {
            // The server first, because it queues the messages.
            biased;
            report = &mut run => report,
            never = self.send_all() => match never {},
        };
        // A server may end in the same turn in which its shutdown begins.
        while let Ok(message) = self.messages.try_recv() {
            let _ = self.notifier.try_send(&match message {
                Message::Ready => NotifyState::Ready,
                Message::Stopping { .. } => NotifyState::Stopping,
            });
        }
        report
    }

    async fn send_all(&mut self) -> Infallible {
        let mut next = self.messages.recv().await;
        loop {
            match next {
                Some(Message::Ready) => self.notifier.send(&NotifyState::Ready, &self.clock).await,
                Some(Message::Stopping { ends }) => self.stopping(ends).await,
                None => return pending().await,
            }
            next = tokio::select! {
                // Messages first, because a heartbeat must not delay them.
                biased;
                message = self.messages.recv() => message,
                never = heartbeats(&self.notifier, &self.clock) => match never {},
            };
        }
    }

    async fn stopping(&self, ends: Duration) {
        self.notifier.send(&NotifyState::Stopping, &self.clock).await;
        let left = ends.saturating_sub(self.clock.since_origin()).saturating_add(EXIT).as_micros();
        // systemd accepts 64 bits. `sd-notify` accepts 32 bits, which are 71 minutes.
        let longer = format!("EXTEND_TIMEOUT_USEC={left}");
        let extend = match u32::try_from(left) {
            Ok(left) => NotifyState::ExtendTimeoutUsec(left),
            Err(_) => NotifyState::Custom(&longer),
        };
        self.notifier.send(&extend, &self.clock).await;
    }
}

async fn heartbeats(notifier: &Notifier, clock: &SharedClock) -> Infallible {
    let Some(interval) = notifier.heartbeat() else {
        return pending().await;
    };
    loop {
        notifier.send(&NotifyState::Watchdog, clock).await;
        clock.sleep(interval).await;
    }
}
