use crate::check::Level;
use crate::plan::{Draft, Gate};
use crate::scenario::{Hint, Scenario, Visibility};

/// The row is in the store, and the server does not know that yet.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "inflight/committed-unacknowledged",
    title: "a commit whose answer is still on its way is acknowledged",
    requirement: "When SIGTERM comes between the commit and the database's answer, the server \
                  waits for that answer and sends its 201.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "go#65802",
    plan,
    hint: Hint {
        cause: "The signal cancels running queries (a cancelled context, an aborted task, a \
                destroyed pool). The row stays, and the client gets an error or no answer.",
        node: "// never destroy a client on the signal: no client.release(true), no \
              socket.destroy()\n\
               server.close(() => pool.end().then(() => process.exit(0)));",
        python: "# do not cancel tasks on SIGTERM (no task.cancel() over asyncio.all_tasks());\n\
                 # let the server await them: uvicorn --timeout-graceful-shutdown 8",
        go: "srv := &http.Server{Handler: mux} // no BaseContext from the signal's context:\n\
             // it would cancel r.Context(), and with it the query under way\n\
             err := srv.Shutdown(deadline)",
        java: "executor.shutdown();                        // not shutdownNow(): it interrupts\n\
               executor.awaitTermination(8, TimeUnit.SECONDS);",
        rust: "// no select! between the query and the shutdown inside a handler:\n\
               // dropping the future leaves the row and loses the answer\n\
               let id = query.fetch_one(&pool).await?;",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("ledger", Level::Must);
    draft.hold_at(Gate::Acknowledgement, 1);
    draft.client("held").receive().close();
    draft.stop_when("held", 1).mark("let-go").await_exit();
}
