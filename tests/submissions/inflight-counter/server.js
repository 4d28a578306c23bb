// Stops when a counter of requests in flight reaches zero, or at a deadline.

import http from "node:http";
import pg from "pg";
import { createApp, createTable } from "./app.js";

const CHECK_EVERY_MS = 100;
const DEADLINE_MS = 5000;
const LAST_WORDS_MS = 50;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
pool.on("error", (error) => console.error("idle database session:", error.message));

const sockets = new Set();
let inFlight = 0;
let stopping = false;

const server = http.createServer();
server.on("connection", (socket) => {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
});
server.on("request", (request, response) => {
  inFlight += 1;
  // Not "finish": that never comes when the client goes away first.
  response.once("close", () => (inFlight -= 1));
  response.setHeader("Connection", "close");
});
server.on("request", createApp({ pool, isStopping: () => stopping }));

function stop(cause) {
  if (stopping) return;
  stopping = true;
  console.log(`${cause}: stopping`);
  server.close();
  server.getConnections((error, open) => console.log(`${error ? "?" : open} connections open`));

  // Unreferenced, all of them: a timer must not keep alive a process that has nothing left to do.
  setInterval(() => {
    if (inFlight === 0) process.exit(0);
  }, CHECK_EVERY_MS).unref();
  setTimeout(() => {
    console.log(`deadline: destroying ${sockets.size} connections`);
    for (const socket of sockets) socket.destroy();
    setTimeout(() => process.exit(0), LAST_WORDS_MS).unref();
  }, DEADLINE_MS).unref();
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);
process.on("uncaughtException", (error) => {
  console.error(error);
  stop("uncaught exception");
});
process.on("unhandledRejection", (error) => {
  console.error(error);
  stop("unhandled rejection");
});

await createTable(pool);
server.listen(Number(process.env.PORT ?? 3000), () => console.log("listening"));
