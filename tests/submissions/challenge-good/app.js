// The contract: one table, two routes. How the process stops is server.js's business.

const BODY_LIMIT = 64 * 1024;

export async function createTable(pool) {
  for (let triesLeft = 50; ; triesLeft -= 1) {
    try {
      return await pool.query(
        `CREATE TABLE IF NOT EXISTS jobs (
           id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
           name text NOT NULL
         )`,
      );
    } catch (error) {
      // The database may still be starting, or another instance may be making the same table.
      if (triesLeft === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

export function createApp({ pool, isStopping }) {
  return async (request, response) => {
    const [status, body] = await route(request).catch(failure);
    const text = JSON.stringify(body);
    response.writeHead(status, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(text),
    });
    response.end(text);
  };

  async function route(request) {
    switch (`${request.method} ${request.url}`) {
      case "GET /health":
        return isStopping() ? [503, { status: "shutting_down" }] : [200, { status: "ok" }];
      case "POST /work":
        return createJob(await readJson(request));
      default:
        return [404, { error: "no such route" }];
    }
  }

  async function createJob(body) {
    if (typeof body?.name !== "string") return [400, { error: "name must be a string" }];
    const { rows } = await pool.query("INSERT INTO jobs (name) VALUES ($1) RETURNING id, name", [
      body.name,
    ]);
    return [201, rows[0]];
  }
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  // An oversized body is read to its end all the same: an answer over unread input is reset.
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  if (size > BODY_LIMIT) throw new HttpError(413, "body too large");
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new HttpError(400, "body is not JSON");
  }
}

class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function failure(error) {
  if (error instanceof HttpError) return [error.status, { error: error.message }];
  console.error(error);
  return [500, { error: "internal error" }];
}
