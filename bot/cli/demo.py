"""`hotdash demo`: see the service at work, with nothing to set up."""

from __future__ import annotations

import asyncio
import json
import signal
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot import logs

if TYPE_CHECKING:
    from bot.demo import Shown


@click.command()
@click.option("--once", is_flag=True, help="Run the example conversations, print what came of them, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--chatwoot-port", default=3000, show_default=True, help="Port of the stand-in Chatwoot.")
@click.option("--port", default=8080, show_default=True, help="Port of the service.")
def demo(once: bool, as_json: bool, chatwoot_port: int, port: int) -> None:
    r"""Start a stand-in Chatwoot, the service and a database, and let customers write.

    \b
    Examples:
      hotdash demo                  then open the address that it prints
      hotdash demo --once --json    eight conversations, what was decided, and each note
    """
    logs.configure("auto", "warning")
    if once:
        chatwoot_port = port = 0
    asyncio.run(_show(once=once, as_json=as_json, chatwoot_port=chatwoot_port, port=port))


async def _show(*, once: bool, as_json: bool, chatwoot_port: int, port: int) -> None:
    from bot.chatwoot.sandbox.examples import EXAMPLES
    from bot.demo import staged

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if not as_json:
        click.echo("Starting a stand-in Chatwoot, the service and a database…", err=True)
    async with staged(chatwoot_port=chatwoot_port, port=port) as stage:
        if once:
            _print(await stage.play(EXAMPLES), as_json=as_json)
            return
        click.echo(f"\n  Open {stage.sandbox.url} to see it, and to write as a customer.\n")
        _print(await stage.play(EXAMPLES), as_json=as_json)
        click.echo(f"\n  Open {stage.sandbox.url}. Ctrl-C ends the demonstration.")
        click.echo(f"  Review the drafts as {stage.sandbox.agent.name}: {await stage.sign_in_link()}\n")
        await stage.until(stop.wait())


def _print(shown: list[Shown], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(one) for one in shown], indent=2, ensure_ascii=False))
        return
    for one in shown:
        heading = f"#{one.conversation} {one.channel:<5} {one.priority} {one.route:<5}"
        click.secho(f"\n{heading} “{' '.join(one.message.split())}”", bold=True)
        click.echo("\n".join(f"  │ {line}" for line in one.note.splitlines()))
