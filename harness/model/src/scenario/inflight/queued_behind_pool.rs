use crate::check::Level;
use crate::plan::{Draft, Gate};
use crate::scenario::{Hint, Scenario, Visibility};

/// A request that waits for a connection of the pool is in flight too.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "inflight/queued-behind-pool",
    title: "requests that wait for the pool complete",
    requirement: "Requests that wait for a free database connection at SIGTERM finish like those \
                  that have a connection: all of them get their 201.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "node-postgres#1980, hiero#7279",
    plan,
    hint: Hint {
        cause: "The server closes the pool on the signal, or as soon as its busy connections are \
                done. The requests that still wait for a connection fail or are forgotten.",
        node: "server.close(async () => {       // called when the last request is done\n  \
               await pool.end();              // not before: waiting queries never get a client\n  \
               process.exit(0); });",
        python: "async with lifespan: yield        # uvicorn leaves it after the last request\n\
                 await pool.close()                # asyncpg: not terminate()",
        go: "err := srv.Shutdown(deadline)     // first: returns when all handlers are done\n\
             db.Close()                        // then: waiting queries get sql: database is \
             closed",
        java: "// Spring closes the DataSource after the web server when \
              server.shutdown=graceful;\n\
               // do not call HikariDataSource.close() in a hook of your own.",
        rust: "axum::serve(listener, app).with_graceful_shutdown(stop).await?; // all requests\n\
               pool.close().await; // then: those that wait would get PoolClosed",
    },
};

/// Four times the ten connections that most pools have by default.
const REQUESTS: u32 = 40;

fn plan(draft: &mut Draft) {
    draft.check("ledger", Level::Must);
    draft.hold_at(Gate::Row, REQUESTS);
    for client in Draft::held(REQUESTS) {
        draft.client(&client).receive().close();
    }
    draft.stop_when("held", 1).mark("let-go").await_exit();
}
