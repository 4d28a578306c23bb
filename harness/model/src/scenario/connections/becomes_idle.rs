use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// A connection that is busy at the signal and idle later.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "connections/becomes-idle",
    title: "a connection that becomes idle during the shutdown is closed",
    requirement: "The request in flight gets its 201. Then the server closes its connection and \
                  exits, although the client would stay connected.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "fastify#7044 (72 s), axum#991",
    plan,
    hint: Hint {
        cause: "The server closes idle connections only once, at the signal. A connection that \
                becomes idle later stays open until its keep-alive timeout, and the server waits.",
        node: "const sweep = setInterval(() => server.closeIdleConnections(), 100);\n\
               server.close(() => { clearInterval(sweep); done(); });",
        python: "# in a server of your own: after each response, while stopping\n\
                 if stopping: writer.close()  # and say Connection: close in its head",
        go: "err := srv.Shutdown(deadline) // looks again and again until all are idle, and \
            closes them",
        java: "// a filter, so that the container closes after the response:\n\
               if (stopping) response.setHeader(\"Connection\", \"close\");",
        rust: "// for every connection that is open at the signal, busy or not:\n\
               connection.as_mut().graceful_shutdown(); // hyper closes it after its response",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("ledger", Level::Must);
    draft.check("exit-in-grace", Level::Must);
    draft.check("exit-soon", Level::Should);
    draft.hold_drain();
    draft.client("held").receive().mark("idle").expect_close();
    draft.stop_when("held", 1).mark("let-go").await_exit();
}
