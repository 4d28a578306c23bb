use crate::check::Level;
use crate::plan::{ActorDraft, ClientStep, Draft, Exchange, Gate, LetGo, Until};
use crate::scenario::{Hint, Scenario, Visibility};

/// A shutdown under load, as in production.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "load/mid-load",
    title: "nothing is lost under load",
    requirement: "Under load from many clients, the server finishes every request that it had read \
                  before SIGTERM, and each answer agrees with the rows in jobs.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "the challenge",
    plan,
    hint: Hint {
        cause: "A race under load: the server closes a connection as idle while the next request \
                arrives, cuts a response by a close or an exit, or does not count started work.",
        node: "server.close(async () => { await pool.end(); process.exit(0); });\n\
               server.closeIdleConnections(); // never closeAllConnections() or socket.destroy() \
               first",
        python: "uvicorn app:app --timeout-graceful-shutdown 8\n\
                 # work in background tasks belongs into the drain too: await \
                 asyncio.gather(*tasks)",
        go: "err := srv.Shutdown(deadline) // and main waits for it to return before db.Close();\n\
             // goroutines that answer later need a sync.WaitGroup of their own",
        java: "server.shutdown=graceful\n\
               # and executors of your own: shutdown(), then awaitTermination(8, SECONDS)",
        rust: "serve.with_graceful_shutdown(stop).await?; // then pool.close().await\n\
               // spawned work: a tokio_util TaskTracker, close() and wait() before the exit",
    },
};

/// The number of raw clients of each kind: one kind with a fresh connection for each request, one
/// kind with a kept connection.
const CLIENTS: u64 = 70;
/// The number of clients that share one library's pool.
const WORKERS: u32 = 60;
/// Rounds of each client after the gate holds requests. Earlier rounds have no limit: a limited
/// load could end before the gate closes, on a busy machine with a server that closes every
/// connection.
const ROUNDS: u64 = 20;
/// The requests that wait in the store at the signal. The others wait for the pool, or are on their
/// way.
const HELD: u32 = 8;
/// The gate closes at a request whose number lies between these two.
const EARLIEST: u64 = 150;
const LATEST: u64 = 350;

/// A request on a connection of its own.
fn fresh_round(client: ActorDraft<'_, ClientStep>) -> ActorDraft<'_, ClientStep> {
    client.connect().work().mark("request").receive().close()
}

/// A request on the open connection.
fn kept_round<S: Exchange>(client: ActorDraft<'_, S>) -> ActorDraft<'_, S> {
    client.work().mark("request").receive()
}

fn held() -> Until {
    Until::Mark("held".to_owned())
}

fn plan(draft: &mut Draft) {
    draft.check("ledger", Level::Must);
    draft.warm_up();
    for n in 1..=CLIENTS {
        let fresh = draft.client(&format!("fresh-{n}")).wait("warm");
        fresh.repeat(held(), fresh_round).repeat(Until::Times(ROUNDS), fresh_round);
        let kept = draft.client(&format!("kept-{n}")).wait("warm").connect();
        kept.repeat(Until::Gone, kept_round);
    }
    let pooled = draft.pooled_client("pooled", WORKERS).wait("warm");
    pooled.repeat(held(), kept_round).repeat(Until::Times(ROUNDS), kept_round);
    // Without a gate, requests end faster than the world can observe them, so none is proved in
    // flight. The gate closes in the middle of the load, and the signal comes when some requests
    // wait. All other requests are in arbitrary states.
    let at = draft.names().between(EARLIEST, LATEST);
    let store = draft.store().wait_for("request", at).hold(Gate::Row);
    store.await_held(HELD).mark("held").wait("draining").let_go(LetGo::All);
    draft.stop_when("held", 1).await_exit();
}
