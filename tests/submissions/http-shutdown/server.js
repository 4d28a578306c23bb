// An ordinary server, which a library that tells idle sockets from active ones stops gracefully.

import http from "node:http";
import pg from "pg";
import { createApp, createTable } from "./app.js";
import { withShutdown } from "./http-shutdown.js";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
pool.on("error", (error) => console.error("idle database session:", error.message));

let stopping = false;
const server = withShutdown(http.createServer(createApp({ pool, isStopping: () => stopping })));

function stop(signal) {
  if (stopping) return;
  stopping = true;
  console.log(`${signal}: shutting down`);
  server.shutdown(async (error) => {
    if (error) console.error(error);
    await pool.end();
    console.log("everything is closed");
  });
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);

await createTable(pool);
server.listen(Number(process.env.PORT ?? 3000), () => console.log("listening"));
