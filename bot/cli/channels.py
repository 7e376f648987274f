"""`hotdash channels`: what a channel makes of a text."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime

import click

from bot import logs
from bot import settings as environment
from bot.extensions import load_plugins
from plugins.channels import Channels
from plugins.errors import BadRequest
from plugins.model import Contact, Conversation, Draft, Message, Reply


@click.group()
def channels() -> None:
    """See what a channel makes of a text."""
    logs.configure("text", "critical")  # What fails is part of the output.


@channels.command()
@click.option(
    "--channel", "name", required=True, help="Name of the channel: email, chat, sms, or a plugin's."
)
@click.option("--text", required=True, help='The draft, with or without [1] marks; "-" reads standard input.')
@click.option("--customer", help="The customer's name, for a greeting.")
@click.option("--agent", help="Name of the agent who sends it, for a signature.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def preview(name: str, text: str, customer: str | None, agent: str | None, as_json: bool) -> None:
    r"""Show exactly what a customer would get.

    \b
    Examples:
      hotdash channels preview --channel sms --text "It’s on its way [1]."
      hotdash channels preview --channel email --text "**Yes**, within 30 days." --customer Ada --json
    """
    text = sys.stdin.read() if text == "-" else text
    plugins = load_plugins(environment.load())
    if name not in plugins.channels.names():
        raise BadRequest(f'there is no channel "{name}"; there are: {", ".join(plugins.channels.names())}')
    reply = asyncio.run(_format(plugins.channels, name, text, customer, agent))
    if as_json:
        shown = {
            "channel": reply.channel,
            "parts": list(reply.parts),
            "warnings": list(reply.warnings),
            "refusal": reply.refusal,
            **reply.details,
        }
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for number, part in enumerate(reply.parts, 1):
        click.secho(f"part {number} of {len(reply.parts)}, {len(part)} characters", dim=True)
        click.echo(part)
    for key, value in reply.details.items():
        click.secho(f"{key}: {value}", dim=True)
    for warning in reply.warnings:
        click.secho(f"warning: {warning}", fg="yellow")


async def _format(channels: Channels, name: str, text: str, customer: str | None, agent: str | None) -> Reply:
    message = Message(
        id=0,
        conversation=Conversation(id=0, account_id=0),
        contact=Contact(id=0, name=customer),
        channel=name,
        content="",
        raw_content="",
        received_at=datetime.now(UTC),
    )
    draft = Draft(answer=text, confidence=1.0, citations=(), sentences=())
    return await channels.format(draft, message, agent=agent)
