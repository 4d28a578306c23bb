use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// Database sessions must end as the protocol says.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "store/terminated",
    title: "database sessions are ended, not dropped",
    requirement: "Before its exit the server ends every database session that is open at the \
                  signal with Terminate.",
    level: Level::Should,
    visibility: Visibility::Hidden,
    source: "postgrest#88",
    plan,
    hint: Hint {
        cause: "The server never closes its pool, or exits earlier. The database sees each \
                connection drop, and keeps the sessions whose end it does not notice.",
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
