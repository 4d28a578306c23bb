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

/// What the process may need to exit after the report is there. The manager's patience must be
/// longer than ours, or it kills a shutdown that ends in time.
const EXIT: Duration = Duration::from_secs(1);

/// What the service manager is told.
#[derive(Clone, Copy, Debug)]
enum News {
    Ready,
    Stopping {
        /// When the shutdown ends at the latest, in time since the clock's origin.
        ends: Duration,
    },
}

/// The observer that makes messages of events, and the part that sends them: an observer must not
/// wait for the manager.
pub(crate) fn messages(notifier: Notifier, clock: SharedClock) -> (NewsObserver, Messages) {
    let (send, news) = unbounded_channel();
    (NewsObserver { send, clock: clock.clone() }, Messages { news, notifier, clock })
}

/// Hands on the events that the service manager is told of.
#[derive(Debug)]
pub(crate) struct NewsObserver {
    send: UnboundedSender<News>,
    clock: SharedClock,
}

impl Observer for NewsObserver {
    fn observe(&mut self, event: &Event<'_>) {
        let news = match event {
            Event::Serving {} => News::Ready,
            Event::ShutdownBegan { longest, .. } => {
                News::Stopping { ends: self.clock.since_origin().saturating_add(*longest) }
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
        // The receiver is gone only with the server.
        let _ = self.send.send(news);
    }
}

/// Sends the messages.
#[derive(Debug)]
pub(crate) struct Messages {
    news: UnboundedReceiver<News>,
    notifier: Notifier,
    clock: SharedClock,
}

impl Messages {
    /// Runs the server, and notifies the service manager meanwhile.
    pub(crate) async fn send_while(mut self, run: impl Future<Output = Report>) -> Report {
        let mut run = pin!(run);
        let report = tokio::select! {
            // The server first: it makes the news.
            biased;
            report = &mut run => report,
            never = self.send() => match never {},
        };
        // A server may end in the turn in which its shutdown begins.
        while let Ok(news) = self.news.try_recv() {
            let _ = self.notifier.try_tell(&match news {
                News::Ready => NotifyState::Ready,
                News::Stopping { .. } => NotifyState::Stopping,
            });
        }
        report
    }

    async fn send(&mut self) -> Infallible {
        let mut next = self.news.recv().await;
        loop {
            match next {
                Some(News::Ready) => self.notifier.tell(&NotifyState::Ready, &self.clock).await,
                Some(News::Stopping { ends }) => self.stopping(ends).await,
                None => return pending().await,
            }
            next = tokio::select! {
                // In this order, because a heartbeat is not worth a delay of anything else.
                biased;
                news = self.news.recv() => news,
                never = heartbeats(&self.notifier, &self.clock) => match never {},
            };
        }
    }

    async fn stopping(&self, ends: Duration) {
        self.notifier.tell(&NotifyState::Stopping, &self.clock).await;
        let left = ends.saturating_sub(self.clock.since_origin()).saturating_add(EXIT).as_micros();
        // The manager takes 64 bits and `sd-notify` 32, which are 71 minutes.
        let longer = format!("EXTEND_TIMEOUT_USEC={left}");
        let extend = match u32::try_from(left) {
            Ok(left) => NotifyState::ExtendTimeoutUsec(left),
            Err(_) => NotifyState::Custom(&longer),
        };
        self.notifier.tell(&extend, &self.clock).await;
    }
}

async fn heartbeats(notifier: &Notifier, clock: &SharedClock) -> Infallible {
    let Some(interval) = notifier.heartbeat() else {
        return pending().await;
    };
    loop {
        notifier.tell(&NotifyState::Watchdog, clock).await;
        clock.sleep(interval).await;
    }
}
