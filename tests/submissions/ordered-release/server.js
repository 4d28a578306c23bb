// An ordinary server in a wrapper that releases what it uses in order.

import http from "node:http";
import pg from "pg";
import { createApp, createTable } from "./app.js";
import { releaseInOrder } from "./release.js";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
pool.on("error", (error) => console.error("idle database session:", error.message));

const server = http.createServer();
const { isStopping } = releaseInOrder(server, [
  { name: "database", isOpen: () => !pool.ended, close: () => pool.end() },
]);
server.on("request", createApp({ pool, isStopping }));

await createTable(pool);
server.listen(Number(process.env.PORT ?? 3000), () => console.log("listening"));
