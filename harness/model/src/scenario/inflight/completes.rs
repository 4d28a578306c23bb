use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// The core of a graceful shutdown: requests in flight finish.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "inflight/completes",
    title: "a request in flight completes after SIGTERM",
    requirement: "A POST /work that is under way when SIGTERM comes is finished: one row, and a \
                  complete 201.",
    level: Level::Must,
    visibility: Visibility::Public,
    source: "gunicorn#2529, echo#2897, kemal#795",
    plan,
    hint: Hint {
        cause: "Nothing handles SIGTERM, or the handler exits or closes connections without \
                waiting for the requests in flight.",
        node: "process.on('SIGTERM', () => { if (stopping) return; stopping = true;\n  \
               server.close(async () => { await pool.end(); process.exit(0); });\n  \
               server.closeIdleConnections(); });",
        python: "uvicorn app:app --timeout-graceful-shutdown 8\n\
                 # no signal handler of your own; close the pool after `yield` in lifespan",
        go: "ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)\n\
             <-ctx.Done()\n\
             err := srv.Shutdown(deadline) // main waits here: ListenAndServe returns at once",
        java: "# application.properties (Spring Boot)\n\
               server.shutdown=graceful\n\
               spring.lifecycle.timeout-per-shutdown-phase=8s",
        rust: "let mut term = signal(SignalKind::terminate())?;\n\
               axum::serve(listener, app)\n    \
               .with_graceful_shutdown(async move { term.recv().await; }).await?;",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("ledger", Level::Must);
    draft.hold_drain();
    draft.client("held").receive().close();
    draft.stop_when("held", 1).mark("let-go").await_exit();
}
