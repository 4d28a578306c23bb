use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// A keep-alive client must learn that its next request belongs elsewhere.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "inflight/announces-close",
    title: "answers during shutdown announce the close",
    requirement: "Each answer during the shutdown says Connection: close, or the server closes the \
                  connection right after the answer.",
    level: Level::Should,
    visibility: Visibility::Hidden,
    source: "gunicorn#2313, workerd#3000",
    plan,
    hint: Hint {
        cause: "The last answer on a connection does not announce the close, so the client sends \
                its next request on a connection that is about to close.",
        node: "app.use((req, res, next) => { if (stopping) res.set('Connection', 'close'); \
              next(); });\n\
               // for those already in a handler: setInterval(() => \
               server.closeIdleConnections(), 100)",
        python: "# uvicorn and gunicorn's threads do it by themselves; in your own ASGI \
                middleware:\n\
                 headers.append((b\"connection\", b\"close\"))  # on http.response.start while \
                 stopping",
        go: "srv.SetKeepAlivesEnabled(false) // answers from now on say Connection: close\n\
             err := srv.Shutdown(deadline)",
        java: "// a filter, before the response is committed:\n\
               if (stopping) response.setHeader(\"Connection\", \"close\");",
        rust: "// hyper, for every connection that you track; answers then say it:\n\
               connection.as_mut().graceful_shutdown();",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("announces-close", Level::Should);
    draft.hold_drain();
    draft.client("held").receive().expect_close();
    draft.stop_when("held", 1).mark("let-go").await_exit();
}
