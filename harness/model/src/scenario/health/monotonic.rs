use crate::check::Level;
use crate::plan::{ActorDraft, ClientStep, Draft, Until};
use crate::scenario::{Hint, Scenario, Visibility};

/// `/health` must not say 200 again after a no.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "health/monotonic",
    title: "/health never goes back to 200",
    requirement: "After the signal /health is 200 for a while, and then 503, refused or closed to \
                  the end. It never goes back to 200, and never fails in another way.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "lightship#25",
    plan,
    hint: Hint {
        cause: "The server computes readiness for each probe (from the database, a counter, or a \
                flag that is reset), or one of several workers does not know of the shutdown.",
        node: "process.on('SIGTERM', () => { stopping = true; }); // set once, never reset\n\
               // with cluster: tell every worker before any of them says 503",
        python: "stopping = threading.Event()  # .set() on SIGTERM, and no .clear() anywhere",
        go: "var stopping atomic.Bool // Store(true) once, before srv.Shutdown; never Store(false)",
        java: "private volatile boolean stopping; // set once, by ContextClosedEvent\n\
               // Spring: AvailabilityChangeEvent.publish(ctx, ReadinessState.REFUSING_TRAFFIC)",
        rust: "static STOPPING: AtomicBool = AtomicBool::new(false);\n\
               STOPPING.store(true, Ordering::Release); // once, before the listener closes",
    },
};

/// The number of probes on fresh connections before the signal.
const BEFORE: u64 = 50;
/// The number of probes while the gate holds the drain open.
const DURING: u64 = 20;

fn plan(draft: &mut Draft) {
    draft.check("health-monotonic", Level::Must);
    draft.hold_drain();
    draft.client("held").receive().close();

    let fresh = draft.client("fresh").wait("held").repeat(Until::Times(BEFORE), probe);
    let fresh = fresh.mark("hammered").repeat(Until::Mark("draining".to_owned()), probe);
    let fresh = fresh.repeat(Until::Times(DURING), probe).mark("let-go");
    fresh.repeat(Until::Gone, probe);

    let kept = draft.client("kept").wait("held").connect();
    kept.repeat(Until::Gone, |round| round.health().receive());

    draft.stop_when("hammered", 1).await_exit();
}

fn probe(round: ActorDraft<'_, ClientStep>) -> ActorDraft<'_, ClientStep> {
    round.connect().health().receive().close()
}
