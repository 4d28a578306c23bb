use crate::check::Level;
use crate::plan::{Cut, Draft, Part, Request};
use crate::scenario::{Hint, Scenario, Visibility};

/// Load balancers must learn of the shutdown.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "health/draining",
    title: "/health says that the server is shutting down",
    requirement: "Once the shutdown is visible, every answer to GET /health is 503, and none is \
                  200.",
    level: Level::Must,
    visibility: Visibility::Public,
    source: "k8s#88911, router#3233",
    plan,
    hint: Hint {
        cause: "The health route does not know of the shutdown, so a load balancer still sends \
                requests to a server that is about to exit.",
        node: "let stopping = false;\n\
               process.on('SIGTERM', () => { stopping = true; server.close(done); });\n\
               if (stopping) return res.status(503).json({ status: 'shutting_down' });",
        python: "class Server(uvicorn.Server):  # /health looks at app.state.stopping\n    \
                 def handle_exit(self, sig, frame):\n        \
                 app.state.stopping = True; super().handle_exit(sig, frame)",
        go: "var stopping atomic.Bool // stopping.Store(true) before srv.Shutdown(deadline)\n\
             if stopping.Load() { w.WriteHeader(http.StatusServiceUnavailable)\n\
             \tio.WriteString(w, `{\"status\":\"shutting_down\"}`); return }",
        java: "@EventListener void on(ContextClosedEvent e) { stopping = true; }\n\
               // and in the route:\n\
               if (stopping) return ResponseEntity.status(503).body(\n    \
               Map.of(\"status\", \"shutting_down\"));",
        rust: "if stopping.load(Ordering::Acquire) {\n    \
               let body = Json(json!({\"status\": \"shutting_down\"}));\n    \
               return (StatusCode::SERVICE_UNAVAILABLE, body); }",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("health-draining", Level::Must);
    draft.check("visible-in-time", Level::Should);
    draft.hold_drain();
    draft.client("held").receive().close();

    let used = draft.client("used").wait("held").connect().health().receive().mark("in-place");
    used.wait("draining").health().receive().close().mark("probed");

    let (health, cut) = (Request::health(), Cut::Header);
    let half = draft.client("half").wait("held").connect();
    let half = half.send_part(health.clone(), Part::UpTo(cut)).mark("in-place");
    let half = half.wait("draining").send_part(health, Part::From(cut));
    half.receive().close().mark("probed");

    let fresh = draft.client("fresh").wait("draining").connect().health();
    fresh.receive().close().mark("probed");

    // Not the operator's step, because an unanswered probe must not keep the operator from
    // `AwaitExit`, which bounds the run.
    draft.client("usher").wait_for("probed", 3).mark("let-go");
    draft.stop_when("in-place", 2).await_exit();
}
