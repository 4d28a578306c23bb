use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::sockets;

/// The time between two looks. One task looks for all scenarios of a run.
const EVERY: Duration = Duration::from_millis(5);

/// Watches on which ports a process listens. It asks the kernel and never connects.
#[derive(Debug)]
pub struct ListenerWatch {
    ports: watch::Receiver<Arc<HashSet<u16>>>,
    task: JoinHandle<()>,
}

impl ListenerWatch {
    /// Starts the watch.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[must_use]
    pub fn start() -> Self {
        let (sender, ports) = watch::channel(Arc::default());
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(EVERY);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                ticks.tick().await;
                // One failed read does not mean that a listener is gone.
                let Ok(listening) = sockets::listening() else { continue };
                let now: HashSet<u16> = listening.into_iter().map(|(port, _)| port).collect();
                sender.send_if_modified(|ports| {
                    let changed = **ports != now;
                    if changed {
                        *ports = Arc::new(now);
                    }
                    changed
                });
            }
        });
        Self { ports, task }
    }

    /// Waits until a process listens on the port. Cancel safe.
    pub(crate) async fn present(&self, port: u16) {
        let _ = self.ports.clone().wait_for(|ports| ports.contains(&port)).await;
    }

    /// Waits until no process listens on the port. Cancel safe.
    pub(crate) async fn gone(&self, port: u16) {
        let _ = self.ports.clone().wait_for(|ports| !ports.contains(&port)).await;
    }
}

impl Drop for ListenerWatch {
    fn drop(&mut self) {
        self.task.abort();
    }
}
