use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// Wrappers and orchestrators may send a signal twice.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "signal/second-sigterm",
    title: "a second SIGTERM changes nothing",
    requirement: "A second SIGTERM during the shutdown neither cuts requests in flight nor crashes \
                  the server.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "close-with-grace, fastify-graceful-shutdown#3",
    plan,
    hint: Hint {
        cause: "The server removes its handler after the first signal, so the second signal kills; \
                or the handler runs again and fails on closed resources.",
        node: "process.on('SIGTERM', () => {          // not once(): the second one would kill\n  \
               if (stopping) return; stopping = true;\n  \
               server.close(done); });",
        python: "def on_term(*_):\n    \
                 if stopping.is_set(): return\n    \
                 stopping.set()  # signal.signal(SIGTERM, on_term) stays installed",
        go: "ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)\n\
             <-ctx.Done()\n\
             srv.Shutdown(deadline); stop() // stop() only now: after it SIGTERM kills again",
        java: "// shutdown hooks run once, and a second SIGTERM is ignored while they run;\n\
               // with sun.misc.Signal: if (!stopping.compareAndSet(false, true)) return;",
        rust: "// tokio's handler stays installed: read the stream on and ignore what comes\n\
               term.recv().await; // no second recv() that calls process::exit",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("ledger", Level::Must);
    draft.check("no-crash", Level::Should);
    draft.hold_drain();
    draft.client("held").receive().close();
    draft.stop_when("held", 1).signal().mark("let-go").await_exit();
}
