// Nothing that a client was promised is lost: announce, close the door, wait, release, leave.

import http from "node:http";
import pg from "pg";
import { createApp, createTable } from "./app.js";

// Long enough for clients with a kept-alive connection to be told, or to be found silent.
const ANNOUNCE_MS = 250;
const DEADLINE_MS = 8000;
const RELEASE_MS = 1000;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
pool.on("error", (error) => console.error("idle database session:", error.message));

const sockets = new Set();
const latecomers = new WeakSet();
let stopping = false;

const handle = createApp({ pool, isStopping: () => stopping });
const server = http.createServer((request, response) => {
  announceClose(response);
  if (latecomers.has(request.socket)) return refuse(response);
  return handle(request, response);
});
server.on("connection", (socket) => {
  if (stopping) latecomers.add(socket);
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
});

function announceClose(response) {
  const writeHead = response.writeHead;
  // Decided when the answer is written, not when the request comes: the signal may fall between.
  response.writeHead = (status, headers) =>
    writeHead.call(response, status, stopping ? { ...headers, Connection: "close" } : headers);
}

// Who connects after the signal can still go elsewhere. Who was connected before it may have sent
// the request before it, too, and is served.
function refuse(response) {
  response.writeHead(503, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ status: "shutting_down" }));
}

async function stop(signal) {
  // Wrappers deliver a signal twice; the first is enough.
  if (stopping) return;
  stopping = true;
  console.log(`${signal}: draining`);

  // A request may already be in the air on a connection that looks idle, or in the accept queue.
  await sleep(ANNOUNCE_MS);
  const closed = new Promise((resolve) => server.close(resolve));
  // close() ends idle connections, but not those that have never sent a byte.
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();

  await within(DEADLINE_MS - ANNOUNCE_MS, closed, () => {
    console.error(`deadline: aborting ${sockets.size} connections`);
    for (const socket of sockets) socket.destroy();
  });
  await within(RELEASE_MS, pool.end(), () => console.error("the pool would not close"));
  console.log("drained");
  process.exit(0);
}

async function within(milliseconds, promise, otherwise) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds, "late")));
  if ((await Promise.race([promise, late])) === "late") otherwise();
  clearTimeout(timer);
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);

await createTable(pool);
server.listen(Number(process.env.PORT ?? 3000), () => console.log("listening"));
