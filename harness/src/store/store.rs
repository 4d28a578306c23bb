use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::judge::{JudgeSessions, Rows};
use super::proxy::{Address, Proxy};
use super::{Observer, StoreError};
use crate::postgres::{Lease, pace};
use lastorders_model::plan::{Fault, Gate, LetGo};

/// How often to look at Postgres and the gate while waiting.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// How long the number of waiting requests must stay the same to show a pool's limit.
const PLATEAU: Duration = Duration::from_millis(300);

/// How long to wait for an acknowledgement to release, or for the server's sessions to end.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// The database of one scenario: the address for the server under test, gates and faults, and the
/// rows at the end.
///
/// Shape: [`open`](Self::open), then any of the others, then [`close`](Self::close). A dropped
/// store ends the proxy and the harness's sessions, and leaves the database to the Postgres.
#[derive(Debug)]
#[must_use = "a store that is not closed leaves its database behind until the Postgres stops"]
pub struct Store {
    lease: Lease,
    proxy: Proxy,
    judge: JudgeSessions,
    held: Mutex<Option<Holding>>,
}

/// The gate that was closed last.
#[derive(Debug, Clone, Copy)]
struct Holding {
    gate: Gate,
    /// How many rows belong to no waiting request: those from before the gate closed, and those
    /// released since.
    rows: u32,
}

/// The requests at a closed gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The number of requests that provably wait.
    pub n: u32,
    /// Whether fewer requests wait than wanted because the number has stopped growing, as with a
    /// small pool.
    pub plateau: bool,
}

impl Store {
    /// Starts the proxy. `observer` gets every event.
    ///
    /// # Errors
    ///
    /// If the proxy finds no port to listen on.
    pub async fn open(lease: Lease, observer: Observer) -> Result<Self, StoreError> {
        let upstream = Address { host: lease.host().to_owned(), port: lease.port() };
        let proxy = Proxy::start(upstream, observer).await.map_err(StoreError::Listen)?;
        let judge = JudgeSessions::new(lease.judge(), lease.role());
        Ok(Self { lease, proxy, judge, held: Mutex::default() })
    }

    /// The `DATABASE_URL` of the server under test: the database, through the proxy.
    #[must_use]
    pub fn database_url(&self) -> String {
        let Self { lease, proxy, .. } = self;
        let (role, password) = (lease.role(), lease.password());
        format!("postgres://{role}:{password}@{}/{}", proxy.address(), lease.database())
    }

    /// Closes a gate. After this returns, no insert (row gate) or no acknowledgement of an insert
    /// (acknowledgement gate) passes. Closing a closed gate changes nothing.
    ///
    /// Cancel safe: the gate is then either closed or open.
    ///
    /// # Errors
    ///
    /// Row gate: if the table `jobs` is missing, or if a write keeps it locked for 5 s.
    pub async fn hold(&self, gate: Gate) -> Result<(), StoreError> {
        let rows = match gate {
            Gate::Row => {
                self.judge.lock().await?;
                0
            }
            Gate::Acknowledgement => {
                let rows = self.judge.committed().await?;
                self.proxy.hold();
                rows
            }
        };
        *self.holding() = Some(Holding { gate, rows });
        Ok(())
    }

    /// Waits until `wanted` requests provably wait at the gate that was closed last. Returns fewer
    /// once their number has not grown for 300 ms, or after `within`.
    ///
    /// At the row gate, a waiting request is a session of the server that waits for the table's
    /// lock. At the acknowledgement gate, it is an acknowledgement that the proxy withholds and
    /// that has a new row.
    ///
    /// # Errors
    ///
    /// If no gate is closed, or the harness's own session fails.
    pub async fn await_held(&self, wanted: u32, within: Duration) -> Result<Held, StoreError> {
        let Some(holding) = *self.holding() else {
            return Err(StoreError::NothingHeld("wait at a gate"));
        };
        let deadline = Instant::now() + within;
        let mut most = 0;
        let mut since = Instant::now();
        let mut poll = pace(POLL_INTERVAL);
        loop {
            poll.tick().await;
            let n = self.at_the_gate(holding).await?;
            if n >= wanted {
                return Ok(Held { n, plateau: false });
            }
            let now = Instant::now();
            if n != most {
                (most, since) = (n, now);
            }
            if n > 0 && now - since >= PLATEAU {
                return Ok(Held { n, plateau: true });
            }
            if now >= deadline {
                return Ok(Held { n, plateau: false });
            }
        }
    }

    /// Opens every gate, or releases the acknowledgement that was withheld longest.
    ///
    /// # Errors
    ///
    /// One: if the row gate is closed, if no gate is closed, or if no acknowledgement arrives
    /// within 2 s. All: if the harness's own session fails. Opening open gates is no error.
    pub async fn let_go(&self, what: LetGo) -> Result<(), StoreError> {
        match what {
            LetGo::All => {
                self.proxy.let_all_go();
                self.holding().take();
                self.judge.unlock().await.map(drop)
            }
            LetGo::One => {
                match self.holding().map(|holding| holding.gate) {
                    None => return Err(StoreError::NothingHeld("release one acknowledgement")),
                    Some(Gate::Row) => return Err(StoreError::AllOrNone),
                    Some(Gate::Acknowledgement) => {}
                }
                let deadline = Instant::now() + RELEASE_TIMEOUT;
                let mut poll = pace(POLL_INTERVAL);
                poll.tick().await;
                while !self.proxy.let_one_go() {
                    if Instant::now() >= deadline {
                        return Err(StoreError::NobodyWaits);
                    }
                    poll.tick().await;
                }
                // The row of a released acknowledgement no longer proves that another request
                // waits.
                if let Some(holding) = self.holding().as_mut() {
                    holding.rows = holding.rows.saturating_add(1);
                }
                Ok(())
            }
        }
    }

    /// Breaks the store for the sessions of the server under test.
    ///
    /// Reset: every open session gets an RST, and new ones are accepted. Black hole: sessions stay
    /// open, new ones are accepted, and nothing is answered, forwarded or closed; `Terminate` is
    /// recorded and dropped. Refuse: the port is closed, and open sessions continue.
    ///
    /// # Errors
    ///
    /// None at present.
    pub async fn fault(&self, fault: Fault) -> Result<(), StoreError> {
        match fault {
            Fault::Reset => self.proxy.reset(),
            Fault::BlackHole => self.proxy.black_hole(),
            Fault::Refuse => self.proxy.refuse().await,
        }
        Ok(())
    }

    /// The number of sessions of the server that Postgres still has, active or idle.
    ///
    /// # Errors
    ///
    /// When the harness's own session fails.
    pub async fn sessions_left(&self) -> Result<u32, StoreError> {
        self.judge.sessions().await
    }

    /// Waits until Postgres has no session of the server, at most for `within`. Returns the number
    /// of remaining sessions.
    ///
    /// # Errors
    ///
    /// When the harness's own session fails.
    pub async fn await_sessions_gone(&self, within: Duration) -> Result<u32, StoreError> {
        let deadline = Instant::now() + within;
        let mut poll = pace(POLL_INTERVAL);
        loop {
            poll.tick().await;
            let left = self.judge.sessions().await?;
            if left == 0 || Instant::now() >= deadline {
                return Ok(left);
            }
        }
    }

    /// Reads `jobs`, for the ledger. First opens every gate, and waits at most 2 s for the server's
    /// sessions to end. Rows are final only when [`sessions_left`](Rows::sessions_left) is 0.
    ///
    /// # Errors
    ///
    /// If the rows cannot be read within 15 s.
    pub async fn rows(&self) -> Result<Rows, StoreError> {
        self.let_go(LetGo::All).await?;
        let sessions_left = self.await_sessions_gone(RELEASE_TIMEOUT).await?;
        let rows = self.judge.rows().await?;
        Ok(Rows { sessions_left, ..rows })
    }

    /// Ends the proxy and every session, and drops the database and its roles.
    ///
    /// # Errors
    ///
    /// If the database cannot be removed. It is then removed when the Postgres stops.
    pub async fn close(self) -> Result<(), StoreError> {
        self.proxy.close().await;
        self.judge.close().await;
        self.lease.release().await?;
        Ok(())
    }

    async fn at_the_gate(&self, holding: Holding) -> Result<u32, StoreError> {
        match holding.gate {
            Gate::Row => self.judge.waiting().await,
            Gate::Acknowledgement => {
                let withheld = self.proxy.withheld();
                let rows = self.judge.committed().await?;
                Ok(withheld.min(rows.saturating_sub(holding.rows)))
            }
        }
    }

    fn holding(&self) -> std::sync::MutexGuard<'_, Option<Holding>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
