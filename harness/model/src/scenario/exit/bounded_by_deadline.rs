use crate::check::Level;
use crate::plan::{Draft, Gate};
use crate::scenario::{Hint, Scenario, Visibility};

/// Work that never ends.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "exit/bounded-by-deadline",
    title: "a request that never ends does not keep the server from exiting",
    requirement: "When a request in flight can never finish, the server gives up at a deadline of \
                  its own, before the grace period is over, and does not report success.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "uvicorn, granian, axum, puma, caddy#3818",
    plan,
    hint: Hint {
        cause: "The drain has no deadline. The server waits for the last request until the \
                orchestrator kills the process, so all other pending work is lost too.",
        node: "server.close(done);\n\
               setTimeout(() => { server.closeAllConnections(); process.exit(0); }, 8000).unref();",
        python: "uvicorn app:app --timeout-graceful-shutdown 8   # the default is to wait for \
                ever\n\
                 # gunicorn: --graceful-timeout 8",
        go: "ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)\n\
             defer cancel()\n\
             if srv.Shutdown(ctx) != nil { srv.Close() } // Close cuts what is left",
        java: "spring.lifecycle.timeout-per-shutdown-phase=8s  # 30s by default: longer than the \
              grace\n\
               spring.datasource.hikari.connection-timeout=5000",
        rust: "// bound the drain, then let main return, which drops what is left:\n\
               let drained = timeout(Duration::from_secs(8), drained).await;\n\
               // start the clock at the signal, not at the start; bound pool.close() as well",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("exit-in-grace", Level::Must);
    draft.check("no-late-success", Level::Must);
    draft.hold_shut(Gate::Row, 1);
    draft.client("held").receive().close();
    draft.stop_when("held", 1).await_exit();
}
