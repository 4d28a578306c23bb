use std::collections::HashMap;

use tokio::sync::watch;

/// The marks of a run, and how often each has been set.
#[derive(Debug)]
pub(crate) struct Marks {
    board: watch::Sender<HashMap<String, u64>>,
}

impl Marks {
    pub(crate) fn new() -> Self {
        Self { board: watch::Sender::new(HashMap::new()) }
    }

    pub(crate) fn set(&self, label: &str) {
        self.board.send_modify(|marks| *marks.entry(label.to_owned()).or_default() += 1);
    }

    pub(crate) fn is_set(&self, label: &str) -> bool {
        self.board.borrow().contains_key(label)
    }

    /// Waits until the mark has been set so often. Cancel safe.
    pub(crate) async fn wait(&self, label: &str, times: u64) {
        let reached =
            |marks: &HashMap<String, u64>| marks.get(label).is_some_and(|count| *count >= times);
        // The sender lives as long as `self`, so this cannot end in an error.
        let _ = self.board.subscribe().wait_for(reached).await;
    }
}
