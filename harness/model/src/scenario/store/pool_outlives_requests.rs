use crate::check::Level;
use crate::plan::{Draft, Gate};
use crate::scenario::{Hint, Scenario, Visibility};

/// The requests end first, then the pool.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "store/pool-outlives-requests",
    title: "the pool is closed after the last request",
    requirement: "The database pool stays open until the last request in flight is answered, and \
                  no request fails because the pool is closed.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "nestjs-typegoose#54",
    plan,
    hint: Hint {
        cause: "The service closes its server and its pool at once, or in the wrong order. \
                Requests that still need a connection get an error, or wait forever.",
        node: "// not Promise.all([close(server), pool.end()]):\n\
               server.close(async () => { await pool.end(); process.exit(0); });",
        python: "async def lifespan(app):\n    \
                 yield               # uvicorn comes back here after the last request\n    \
                 await pool.close()  # not in a signal handler",
        go: "err := srv.Shutdown(deadline) // wait for it to return\n\
             db.Close()                    // and only then; not in a goroutine of its own",
        java: "// @DependsOn or SmartLifecycle phases, so that the web server stops first;\n\
               // no Runtime.addShutdownHook(new Thread(dataSource::close)): hooks run side by \
               side",
        rust: "serve.with_graceful_shutdown(stop).await?; // first\n\
               pool.close().await;                        // then; not in the task that hears the \
               signal",
    },
};

/// More than the ten connections of most default pools, so some requests wait.
const REQUESTS: u32 = 20;

fn plan(draft: &mut Draft) {
    draft.check("pool-outlives-requests", Level::Must);
    draft.hold_at(Gate::Row, REQUESTS);
    for client in Draft::held(REQUESTS) {
        draft.client(&client).receive().close();
    }
    draft.stop_when("held", 1).mark("let-go").await_exit();
}
