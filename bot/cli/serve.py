"""`hotdash serve` and `hotdash worker`: the service, whole or in parts."""

from __future__ import annotations

import asyncio
import signal

import click

from bot import logs
from bot.settings import Settings, demand_chatwoot, load


@click.command()
@click.option("--host", help="Address to listen on. [default: HOTDASH_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port. [default: HOTDASH_PORT or 8080]")
@click.option("--no-worker", is_flag=True, help="Only take webhooks; run `hotdash worker` beside it.")
def serve(host: str | None, port: int | None, no_worker: bool) -> None:
    r"""Run the web service and a worker.

    \b
    Examples:
      hotdash serve
      hotdash serve --host 0.0.0.0 --port 8080 --no-worker
    """
    chosen = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    _run(load(**chosen), listen=True, work=not no_worker)


@click.command()
def worker() -> None:
    """Run a worker alone, as many as you like, beside `hotdash serve --no-worker`."""
    _run(load(), listen=False, work=True)


def _run(settings: Settings, *, listen: bool, work: bool) -> None:
    demand_chatwoot(settings)
    logs.configure(settings.log_format, settings.log_level)
    asyncio.run(_until_told(settings, listen=listen, work=work))


async def _until_told(settings: Settings, *, listen: bool, work: bool) -> None:
    # Imported here: the knowledge base takes a second, and a wrong setting should be told at once.
    from bot.app import run

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, listen=listen, work=work, stop=stop)
