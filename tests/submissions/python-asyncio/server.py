"""The contract on aiohttp and asyncpg, stopped by aiohttp's own runner as it comes."""

import asyncio
import os

import asyncpg
from aiohttp import web

BODY_LIMIT = 64 * 1024

POOL = web.AppKey("pool", asyncpg.Pool)
STOPPING = web.AppKey("stopping", asyncio.Event)

CREATE_TABLE = """
    CREATE TABLE IF NOT EXISTS jobs (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL
    )
"""


async def health(request: web.Request) -> web.Response:
    if request.app[STOPPING].is_set():
        return web.json_response({"status": "shutting_down"}, status=503)
    return web.json_response({"status": "ok"})


async def work(request: web.Request) -> web.Response:
    try:
        body = await request.json()
    except ValueError:
        return web.json_response({"error": "body is not JSON"}, status=400)
    name = body.get("name") if isinstance(body, dict) else None
    if not isinstance(name, str):
        return web.json_response({"error": "name must be a string"}, status=400)
    job = await request.app[POOL].fetchval(
        "INSERT INTO jobs (name) VALUES ($1) RETURNING id", name
    )
    return web.json_response({"id": str(job), "name": name}, status=201)


async def database(app: web.Application):
    app[POOL] = await connect(os.environ["DATABASE_URL"])
    yield
    # aiohttp comes here after the last request.
    await app[POOL].close()


async def connect(url: str) -> asyncpg.Pool:
    for tries_left in range(50, -1, -1):
        try:
            pool = await asyncpg.create_pool(url, min_size=1, max_size=10)
            await pool.execute(CREATE_TABLE)
            return pool
        except (OSError, asyncpg.PostgresError):
            # The database may still be starting, or another instance may be making the same table.
            if tries_left == 0:
                raise
            await asyncio.sleep(0.2)
    raise AssertionError("the last try returns or raises")


async def announce(app: web.Application) -> None:
    app[STOPPING].set()


def main() -> None:
    app = web.Application(client_max_size=BODY_LIMIT)
    app[STOPPING] = asyncio.Event()
    app.add_routes([web.get("/health", health), web.post("/work", work)])
    app.cleanup_ctx.append(database)
    app.on_shutdown.append(announce)
    web.run_app(app, port=int(os.environ.get("PORT", "3000")))


if __name__ == "__main__":
    main()
