use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// What becomes of those who come too late.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "door/no-black-hole",
    title: "late requests are not left in silence",
    requirement: "A request on a fresh connection during the shutdown is refused, closed, or \
                  answered in time; it is never left waiting in silence.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "puma#1802, hypercorn#128",
    plan,
    hint: Hint {
        cause: "The server stops accepting without closing its listening socket: the kernel goes \
                on completing connections, and nobody ever reads what comes on them.",
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
    // The drain is held open until the probe of health has heard something: a server that still
    // takes work cannot answer it before the gate opens, and health it can. One that takes
    // nothing, and says nothing, is left in this state until it exits.
    draft.client("usher").wait("knocked").wait("heard").mark("let-go");
    draft.stop_when("held", 1).await_exit();
}
