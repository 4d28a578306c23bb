use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// Taking leave of the database.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "store/terminated",
    title: "database sessions are ended, not dropped",
    requirement: "Every database session that is open at the signal is ended by the server with \
                  Terminate before it exits.",
    level: Level::Should,
    visibility: Visibility::Hidden,
    source: "postgrest#88",
    plan,
    hint: Hint {
        cause: "The pool is never closed, or the process exits before it is; the database finds a \
                dropped connection for each session, and keeps those that it does not notice.",
        node: "server.close(async () => { await pool.end(); process.exit(0); });",
        python: "@asynccontextmanager\n\
                 async def lifespan(app):\n    \
                 yield\n    \
                 await pool.close()  # runs after the last request",
        go: "err := srv.Shutdown(deadline)\n\
             db.Close() // before main returns; os.Exit and log.Fatal skip deferred calls",
        java: "dataSource.close(); // HikariDataSource, after the web server has stopped;\n\
               // as a Spring bean it is closed by itself",
        rust: "serve.with_graceful_shutdown(stop).await?;\n\
               pool.close().await; // before the runtime goes: dropping a pool says nothing",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("store-terminated", Level::Should);
    draft.hold_drain();
    draft.client("held").receive().close();
    draft.stop_when("held", 1).mark("let-go").await_exit();
}
