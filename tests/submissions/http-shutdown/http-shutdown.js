// Makes the shutdown of an existing server graceful: one call, and the server has `shutdown`.

const idle = Symbol("idle");

export function withShutdown(server) {
  const sockets = new Set();
  let shuttingDown = false;

  // Ahead of the application's own listener, so that a socket is active before any handler runs.
  server.prependListener("request", (request, response) => {
    const { socket } = request;
    socket[idle] = false;
    // "close" follows "finish", and comes alone when the client has gone away.
    response.once("close", () => {
      socket[idle] = true;
      closeIfDone(socket);
    });
  });

  // A socket without a request is idle, even one that has never sent a byte.
  server.on("connection", (socket) => {
    socket[idle] = true;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    closeIfDone(socket);
  });

  function closeIfDone(socket) {
    if (shuttingDown && socket[idle]) socket.destroySoon();
  }

  // `done` is called when the listener and every connection are closed. A response is never
  // interrupted, so there is no telling how long that takes.
  server.shutdown = (done) => {
    shuttingDown = true;
    server.close(done);
    for (const socket of sockets) closeIfDone(socket);
  };
  return server;
}
