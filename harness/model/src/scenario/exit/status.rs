use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// The orchestrator reads the exit status.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "exit/status",
    title: "a good shutdown exits with status 0",
    requirement: "After a shutdown without a loss the process exits with status 0.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "nats-server#6336",
    plan,
    hint: Hint {
        cause: "The server treats the closed listener as an error, the process dies of SIGTERM \
                itself, or the runtime exits with 128 + 15 by default.",
        node: "server.close(async () => { await pool.end(); process.exit(0); });",
        python: "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # before \
                uvicorn.run(app):\n\
                 # it raises the signal again once its own shutdown is done",
        go: "if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {\n\
             \tlog.Fatal(err) // ErrServerClosed is how a good shutdown ends\n\
             }",
        java: "// the JVM exits with 143 on SIGTERM; for 0:\n\
               Signal.handle(new Signal(\"TERM\"),  // sun.misc.Signal\n    \
               s -> System.exit(SpringApplication.exit(context, () -> 0)));",
        rust: "async fn main() -> anyhow::Result<()> {\n    \
               serve.with_graceful_shutdown(stop).await?; pool.close().await;\n    \
               Ok(()) }",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("exit-status", Level::Must);
    draft.hold_drain();
    draft.client("held").receive().close();
    draft.stop_when("held", 1).mark("let-go").await_exit();
}
