import http from "node:http";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
let shuttingDown = false;

const server = http.createServer(async (req, res) => {
  const send = (status, body) => {
    res.writeHead(status, { "Content-Type": "application/json" });
    res.end(JSON.stringify(body));
  };

  if (req.method === "GET" && req.url === "/health") {
    return shuttingDown ? send(503, { status: "shutting_down" }) : send(200, { status: "ok" });
  }

  if (req.method === "POST" && req.url === "/work") {
    let text = "";
    for await (const chunk of req) text += chunk;
    if (text.length > 100_000) return send(413, { error: "too large" });

    let name;
    try {
      name = JSON.parse(text).name;
    } catch {
      return send(400, { error: "not JSON" });
    }
    if (typeof name !== "string") return send(400, { error: "name is required" });

    try {
      const { rows } = await pool.query("INSERT INTO jobs (name) VALUES ($1) RETURNING id", [name]);
      return send(201, { id: String(rows[0].id), name });
    } catch (err) {
      return send(500, { error: err.message });
    }
  }

  send(404, { error: "not found" });
});

process.on("SIGTERM", () => {
  console.log("SIGTERM received, shutting down gracefully");
  shuttingDown = true;
  server.close();
  pool.end();
  process.exit(0);
});

await pool.query("CREATE TABLE IF NOT EXISTS jobs (id SERIAL PRIMARY KEY, name TEXT NOT NULL)");
server.listen(process.env.PORT || 3000, () => console.log("listening"));
