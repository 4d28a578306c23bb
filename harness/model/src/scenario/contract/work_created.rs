use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// One good request creates one row.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "contract/work-created",
    title: "POST /work creates a job",
    requirement: "POST /work with a name inserts one row into jobs and answers 201 with the id, \
                  a string, and the name.",
    level: Level::Must,
    visibility: Visibility::Public,
    source: "the challenge",
    plan,
    hint: Hint {
        cause: "The route is missing, the server does not create the table on start, sends the id \
                as a number, or answers without waiting for the insert.",
        node: "const { rows } = await pool.query(\n  \
               'INSERT INTO jobs (name) VALUES ($1) RETURNING id', [name]);\n\
               res.status(201).json({ id: String(rows[0].id), name });",
        python: "row_id = await pool.fetchval(\n    \
                 \"INSERT INTO jobs (name) VALUES ($1) RETURNING id\", name)\n\
                 return JSONResponse({\"id\": str(row_id), \"name\": name}, status_code=201)",
        go: "err := db.QueryRowContext(r.Context(),\n\t\
             \"INSERT INTO jobs (name) VALUES ($1) RETURNING id::text\", name).Scan(&id)\n\
             w.WriteHeader(http.StatusCreated) // after the insert, before the body",
        java: "String id = jdbc.queryForObject(\n    \
               \"INSERT INTO jobs (name) VALUES (?) RETURNING id::text\", String.class, name);\n\
               return ResponseEntity.status(201).body(Map.of(\"id\", id, \"name\", name));",
        rust: "let id: String = sqlx::query_scalar(\n    \
               \"INSERT INTO jobs (name) VALUES ($1) RETURNING id::text\")\n    \
               .bind(&name).fetch_one(&pool).await?;",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("created", Level::Must);
    draft.check("ledger", Level::Must);
    draft.client("client").connect().work().receive().close();
}
