// The wrapper: closes the server, then every resource in order, each awaited, under one timeout.

const GLOBAL_TIMEOUT_MS = 15_000;

export function releaseInOrder(server, resources) {
  let stopping = false;

  async function stop(signal) {
    if (stopping) return;
    stopping = true;
    console.log(`${signal}: shutdown begins`);
    setTimeout(() => {
      console.error("global timeout: forcing the exit");
      process.exit(1);
    }, GLOBAL_TIMEOUT_MS).unref();

    try {
      await closeServer();
      for (const { name, isOpen, close } of resources) {
        if (!isOpen()) continue;
        console.log(`${name}: closing`);
        await close();
        console.log(`${name}: closed`);
      }
    } catch (error) {
      console.error("shutdown failed:", error);
      process.exit(1);
    }
    console.log("everything is closed");
    process.exit(0);
  }

  async function closeServer() {
    if (!server.listening) return;
    console.log("listener: closing");
    await new Promise((resolve, reject) =>
      server.close((error) => (error ? reject(error) : resolve())),
    );
    console.log("listener: closed");
  }

  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return { isStopping: () => stopping };
}
