use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// `/health` before the signal.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "contract/health-ok",
    title: "GET /health says ok",
    requirement: "While the server serves, GET /health is answered 200 with {\"status\":\"ok\"}.",
    level: Level::Must,
    visibility: Visibility::Public,
    source: "the challenge",
    plan,
    hint: Hint {
        cause: "The route is missing, or its body is not the agreed JSON.",
        node: "app.get('/health', (req, res) => stopping\n  \
               ? res.status(503).json({ status: 'shutting_down' })\n  \
               : res.json({ status: 'ok' }));",
        python: "@app.get(\"/health\")\nasync def health():\n    return {\"status\": \"ok\"}",
        go: "mux.HandleFunc(\"GET /health\", func(w http.ResponseWriter, r *http.Request) {\n\t\
             io.WriteString(w, `{\"status\":\"ok\"}`)\n})",
        java: "@GetMapping(\"/health\")\n\
               Map<String, String> health() { return Map.of(\"status\", \"ok\"); }",
        rust: "Router::new().route(\"/health\", get(|| async { Json(json!({\"status\": \"ok\"})) \
              }))",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("health-ok", Level::Must);
    // Once on a fresh connection and once on a used connection.
    draft.client("client").connect().health().receive().health().receive().close();
}
