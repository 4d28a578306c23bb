// Tracks every socket: half-closes them all on the signal, destroys what is left at a hard timeout.

import http from "node:http";
import pg from "pg";
import { createApp, createTable } from "./app.js";

const HARD_TIMEOUT_MS = 5000;
const LAST_WORDS_MS = 50;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
pool.on("error", (error) => console.error("idle database session:", error.message));

const sockets = new Set();
let stopping = false;

const server = http.createServer(createApp({ pool, isStopping: () => stopping }));
server.on("connection", (socket) => {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
});

function stop(signal) {
  if (stopping) return;
  stopping = true;
  console.log(`${signal}: closing`);

  server.close(async (error) => {
    if (error) console.error("closing the listener:", error.message);
    process.exitCode = error ? 1 : 0;
    await pool.end();
    console.log("closed");
  });

  // Politely: the other side hears that we are done, and a response in flight can still leave.
  for (const socket of sockets) socket.end();

  setTimeout(() => {
    console.log(`hard timeout: destroying ${sockets.size} sockets`);
    for (const socket of sockets) socket.destroy();
    // The exit code is set and the process should end by itself. A query without an end is all that
    // can still hold it.
    setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
  }, HARD_TIMEOUT_MS).unref();
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);

await createTable(pool);
server.listen(Number(process.env.PORT ?? 3000), () => console.log("listening"));
