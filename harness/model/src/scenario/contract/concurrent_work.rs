use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// More requests at once than a pool has connections, on a cold pool and on a warm pool.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "contract/concurrent-work",
    title: "50 jobs at once",
    requirement: "The server answers 50 POST /work at once with 201, each with an id of its own \
                  and one row, on a cold pool and on a warm pool.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "practice",
    plan,
    hint: Hint {
        cause: "The handlers share one database connection without a pool, the pool stops waiting \
                too soon, or the server makes ids by counting rows.",
        node: "const pool = new Pool({ max: 10 }); // no connectionTimeoutMillis below some \
              seconds\n\
               await pool.query(...);            // one call takes and gives back a connection",
        python: "pool = await asyncpg.create_pool(url, max_size=10)  # once, on start\n\
                 await pool.fetchval(\"INSERT ... RETURNING id\", name)",
        go: "db.SetMaxOpenConns(10) // database/sql makes the rest wait\n\
             // ids from the database: id BIGSERIAL PRIMARY KEY ... RETURNING id",
        java: "config.setMaximumPoolSize(10);\n\
               config.setConnectionTimeout(30_000); // ms; the rest wait",
        rust: "PgPoolOptions::new().max_connections(10)\n    \
               .acquire_timeout(Duration::from_secs(30)).connect(&url).await?",
    },
};

/// The number of requests at once.
const AT_ONCE: u64 = 50;

fn plan(draft: &mut Draft) {
    draft.check("created", Level::Must);
    draft.check("ids-distinct", Level::Must);
    draft.check("ledger", Level::Must);
    for n in 1..=AT_ONCE {
        let client = draft.client(&format!("client-{n}"));
        let client = client.connect().mark("connected").wait_for("connected", AT_ONCE);
        let client = client.work().receive().mark("cold-done");
        let client = client.wait_for("cold-done", AT_ONCE);
        client.connect().work().receive().close();
    }
}
