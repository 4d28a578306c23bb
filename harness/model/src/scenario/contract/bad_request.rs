use crate::check::Level;
use crate::plan::{Draft, Request};
use crate::scenario::{Hint, Scenario, Visibility};

/// Malformed requests.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "contract/bad-request",
    title: "bad requests are refused, and do no harm",
    requirement: "The server answers a bad request (no JSON, no name, a name that is not a string, \
                  a wrong method or path) 4xx and creates no row, and the next good request works.",
    level: Level::Should,
    visibility: Visibility::Hidden,
    source: "practice",
    plan,
    hint: Hint {
        cause: "The handler uses the body before checking it, so a bad body ends in a 500, in a \
                row without a name, or in a crash of the whole process.",
        node: "if (typeof req.body?.name !== 'string')\n  \
               return res.status(400).json({ error: 'name must be a string' });\n\
               // and an error handler that maps JSON syntax errors to 400",
        python: "class Work(BaseModel):\n    \
                 name: StrictStr  # FastAPI then answers 422 by itself\n\
                 async def work(job: Work): ...",
        go: "var in struct{ Name *string `json:\"name\"` }\n\
             if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Name == nil {\n\t\
             http.Error(w, \"name must be a string\", http.StatusBadRequest); return }",
        java: "if (!(body.get(\"name\") instanceof String name))\n    \
               return ResponseEntity.badRequest().build();",
        rust: "#[derive(Deserialize)] struct NewJob { name: String }\n\
               async fn work(State(pool): State<PgPool>, Json(job): Json<NewJob>) { .. }\n\
               // Json answers 400, 415 or 422 by itself; but serde takes [\"x\"] for a NewJob:\n\
               // extract Json<serde_json::Map<String, Value>>, and its name as a string",
    },
};

/// Larger than any valid body of this service, in bytes. The body is not JSON either.
const HUGE: usize = 1 << 20;

fn plan(draft: &mut Draft) {
    draft.check("bad-refused", Level::Should);
    draft.check("created", Level::Should);
    let post = |body: &str| Request::bad("POST", "/work", Some(body.to_owned()));
    let bad = [
        post("this is no JSON"),
        post(""),
        post("{}"),
        post(r#"{"name": 42}"#),
        post(r#"{"name": null}"#),
        post(r#"["name"]"#),
        post(&"x".repeat(HUGE)),
        Request::bad("DELETE", "/work", None),
        Request::bad("GET", "/no/such/path", None),
    ];
    for request in bad {
        let client = draft.client("client").connect().send(request).receive().close();
        client.connect().work().receive().close();
    }
}
