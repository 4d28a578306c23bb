use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::judge::{JudgeSessions, Rows};
use super::proxy::{Address, Proxy};
use super::{Observer, StoreError};
use crate::postgres::{Lease, pace};
use lastorders_model::plan::{Fault, Gate, LetGo};

/// How often something outside is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// A pool that lets no more through shows itself by a number that stays the same so long.
const PLATEAU: Duration = Duration::from_millis(300);

/// How long to wait for somebody to let go.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// The database of one scenario: where the server under test reaches it, what holds or breaks it,
/// and what stands in it in the end.
///
/// Shape: [`open`](Self::open), then any of the others, then [`close`](Self::close). Dropping it
/// ends the proxy and the harness's sessions, and leaves the database to the Postgres.
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
    /// How many rows belong to nobody who waits: those that stood there when it was closed, and
    /// those let go since.
    rows: u32,
}

/// What was found at a closed gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// How many requests are proved to wait.
    pub n: u32,
    /// Whether fewer wait than were wanted because no more come: a pool that is smaller.
    pub plateau: bool,
}

impl Store {
    /// Starts the proxy. Every observation goes to `observer`.
    ///
    /// # Errors
    ///
    /// When there is no port to listen on.
    pub async fn open(lease: Lease, observer: Observer) -> Result<Self, StoreError> {
        let upstream = Address { host: lease.host().to_owned(), port: lease.port() };
        let proxy = Proxy::start(upstream, observer).await.map_err(StoreError::Listen)?;
        let judge = JudgeSessions::new(lease.judge(), lease.role());
        Ok(Self { lease, proxy, judge, held: Mutex::default() })
    }

    /// What the server under test gets as its `DATABASE_URL`: the database, through the proxy.
    #[must_use]
    pub fn database_url(&self) -> String {
        let Self { lease, proxy, .. } = self;
        let (role, password) = (lease.role(), lease.password());
        format!("postgres://{role}:{password}@{}/{}", proxy.address(), lease.database())
    }

    /// Closes a gate. When this returns, no insert (row gate) or no acknowledgement of one
    /// (acknowledgement gate) gets through any more. Closing a closed gate changes nothing.
    ///
    /// Cancel safe: the gate is then closed or not.
    ///
    /// # Errors
    ///
    /// Row gate: without a table `jobs`, or when a write keeps it locked for 5 s.
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

    /// Waits until `wanted` requests are proved to wait at the gate that was closed last, or fewer
    /// once their number has not grown for 300 ms, or until `within` is over.
    ///
    /// At the row gate that is the number of the server's sessions that wait for the table's lock;
    /// at the acknowledgement gate, the number of acknowledgements that the proxy withholds, as far
    /// as there are new rows to be seen for them.
    ///
    /// # Errors
    ///
    /// When no gate is closed, or the harness's own session fails.
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

    /// Opens every gate, or lets one acknowledgement through, the one withheld longest.
    ///
    /// # Errors
    ///
    /// One: when the row gate is closed, no gate is closed, or nobody comes to it within 2 s. All:
    /// when the harness's own session fails; opening open gates is no error.
    pub async fn let_go(&self, what: LetGo) -> Result<(), StoreError> {
        match what {
            LetGo::All => {
                self.proxy.let_all_go();
                self.holding().take();
                self.judge.unlock().await.map(drop)
            }
            LetGo::One => {
                match self.holding().map(|holding| holding.gate) {
                    None => return Err(StoreError::NothingHeld("let one go")),
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
                // Its row is no longer proof of another one that waits.
                if let Some(holding) = self.holding().as_mut() {
                    holding.rows = holding.rows.saturating_add(1);
                }
                Ok(())
            }
        }
    }

    /// Breaks the store, for the sessions of the server under test.
    ///
    /// Reset: every open session gets an RST; new ones are accepted. Black hole: sessions stay
    /// open, new ones are accepted, and nothing is answered, forwarded or closed any more;
    /// `Terminate` is recorded and swallowed. Refuse: the port is closed; open sessions go on.
    ///
    /// # Errors
    ///
    /// None as yet.
    pub async fn fault(&self, fault: Fault) -> Result<(), StoreError> {
        match fault {
            Fault::Reset => self.proxy.reset(),
            Fault::BlackHole => self.proxy.black_hole(),
            Fault::Refuse => self.proxy.refuse().await,
        }
        Ok(())
    }

    /// How many sessions of the server Postgres still has, working or not.
    ///
    /// # Errors
    ///
    /// When the harness's own session fails.
    pub async fn sessions_left(&self) -> Result<u32, StoreError> {
        self.judge.sessions().await
    }

    /// Waits until Postgres has no session of the server any more, `within` at most. Returns how
    /// many are left.
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

    /// What stands in `jobs`, for the ledger. Opens every gate, and waits 2 s at most for the
    /// server's sessions to end: rows are only final when
    /// [`sessions_left`](Rows::sessions_left) is 0.
    ///
    /// # Errors
    ///
    /// When the rows cannot be read, within 15 s.
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
    /// When the database cannot be removed. It is then removed when the Postgres stops.
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
