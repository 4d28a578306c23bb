use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// Requests after the start of the shutdown.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "door/no-black-hole",
    title: "late requests are not left in silence",
    requirement: "During the shutdown the server refuses, closes, or answers in time each request \
                  on a fresh connection, and leaves none waiting in silence.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "puma#1802, hypercorn#128",
    plan,
    hint: Hint {
        cause: "The server stops accepting without closing its listening socket. The kernel still \
                completes connections, and nobody reads their requests.",
        node: "server.close(done); // closes the listener; do not merely ignore new connections",
        python: "server.close()              # asyncio: closes the listening socket\n\
                 await server.wait_closed()  # and no other process (reloader, parent) keeps it \
                 open",
        go: "err := srv.Shutdown(deadline) // closes the listener first; with your own loop: \
            ln.Close()",
        java: "// Tomcat: connector.setProperty(\"bindOnInit\", \"false\"), so that pausing \
              closes the socket\n\
               // (Spring Boot does so); else answer 503 until the end",
        rust: "// leave the accept loop and drop the listener before waiting for connections:\n\
               drop(listener);\n\
               graceful.shutdown().await;",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("answered-in-time", Level::Must);
    draft.hold_drain();
    draft.client("held").receive().close();
    let late = draft.client("late-work").wait("draining").connect().work().mark("knocked");
    late.receive().close();
    let late = draft.client("late-health").wait("draining").connect().health();
    late.receive().close().mark("heard");
    // The gate stays closed until the probe of health gets an answer. A server that still takes
    // requests can answer health before the gate opens, but not work. A server that answers nothing
    // stays in this state until its exit.
    draft.client("usher").wait("knocked").wait("heard").mark("let-go");
    draft.stop_when("held", 1).await_exit();
}
