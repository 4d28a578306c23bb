use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// Idle keep-alive connections.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "connections/idle-closed",
    title: "idle connections do not hold up the exit",
    requirement: "The server exits promptly although clients keep idle connections open.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "node#2642, aiohttp#1221, fasthttp#1190",
    plan,
    hint: Hint {
        cause: "The server waits until every connection has closed, and nobody closes an idle \
                keep-alive connection before its own timeout.",
        node: "server.close(done);\n\
               server.closeIdleConnections(); // Node 18.2; from 19 on close() does it",
        python: "# asyncio: Server.close() closes the listener only; close idle transports \
                yourself\n\
                 for protocol in idle: protocol.transport.close()  # uvicorn and aiohttp do so",
        go: "err := srv.Shutdown(deadline) // closes idle connections; a hand-made wait for all \
            does not",
        java: "# Tomcat: how long an idle connection may stay\n\
               server.tomcat.keep-alive-timeout=1s\n\
               server.shutdown=graceful",
        rust: "// hyper-util, one for each connection:\n\
               let connection = graceful.watch(connection); // GracefulShutdown\n\
               graceful.shutdown().await;                    // closes those that are idle",
    },
};

/// The number of connections.
const IDLE: u64 = 5;

fn plan(draft: &mut Draft) {
    draft.check("exit-prompt", Level::Must);
    draft.check("idle-closed", Level::Must);
    draft.warm_up();
    for n in 1..=IDLE {
        let client = draft.client(&format!("idle-{n}")).wait("warm");
        client.connect().work().receive().mark("idle").expect_close();
    }
    draft.see_lame_duck();
    draft.stop_when("idle", IDLE).await_exit();
}
