use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// Browsers and pools connect in advance and may never send a byte.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "connections/silent-preconnect",
    title: "connections that never sent anything do not hold up the exit",
    requirement: "The server exits within the grace period, and should exit promptly, although a \
                  client holds a connection on which it never sent a byte.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "node#63452, go#22682, hyper#3576",
    plan,
    hint: Hint {
        cause: "The server counts a connection without a byte as busy, because the connection is \
                not idle after a request, and never closes it.",
        node: "server.on('connection', (s) => {\n  \
               sockets.add(s); s.on('close', () => sockets.delete(s)); });\n\
               // on SIGTERM; in most versions closeIdleConnections() leaves these open:\n\
               for (const s of sockets) if (s.bytesRead === 0) s.destroy();",
        python: "# on shutdown, also those that never sent a request (uvicorn and aiohttp do so):\n\
                 for protocol in connections: protocol.transport.close()",
        go: "srv := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}\n\
             // Shutdown waits 5 s for new connections; the timeout ends them sooner",
        java: "# Tomcat: how long a connection may stay without a request\n\
               server.tomcat.connection-timeout=1s",
        rust: "http1::Builder::new().timer(TokioTimer::new())\n    \
               .header_read_timeout(Duration::from_secs(1)) // it needs the timer",
    },
};

/// The number of connections.
const SILENT: u64 = 3;

fn plan(draft: &mut Draft) {
    draft.check("exit-in-grace", Level::Must);
    draft.check("exit-prompt", Level::Should);
    draft.warm_up();
    for n in 1..=SILENT {
        let client = draft.client(&format!("silent-{n}")).wait("warm");
        client.connect().mark("connected").expect_close();
    }
    // The server accepts connections in order, so an answer here proves that it accepted the
    // others.
    let witness = draft.client("witness").wait_for("connected", SILENT);
    witness.connect().health().receive().close().mark("accepted");
    draft.see_lame_duck();
    draft.stop_when("accepted", 1).await_exit();
}
