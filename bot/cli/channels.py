"""`hotdash channels`: what a channel makes of a text."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from bot import logs
from bot import settings as environment
from bot.extensions import load_plugins
from channels.mail_text import mail_of
from plugins.channels import Channels
from plugins.errors import BadRequest
from plugins.files import OutgoingFile, problems
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
@click.option(
    "--attach", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True, help="A file."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def preview(
    name: str, text: str, customer: str | None, agent: str | None, attach: tuple[Path, ...], as_json: bool
) -> None:
    r"""Show exactly what a customer would get.

    \b
    Examples:
      hotdash channels preview --channel sms --text "It’s on its way [1]."
      hotdash channels preview --channel email --text "Your label" --attach label.pdf
      hotdash channels preview --channel email --text "**Yes**, within 30 days." --customer Ada --json
    """
    text = sys.stdin.read() if text == "-" else text
    plugins = load_plugins(environment.load())
    if name not in plugins.channels.names():
        raise BadRequest(f'there is no channel "{name}"; there are: {", ".join(plugins.channels.names())}')
    reply = asyncio.run(_format(plugins.channels, name, text, customer, agent))
    sent = [OutgoingFile(name=path.name, content=path.read_bytes()) for path in attach]
    found = problems(sent, plugins.channels.capabilities(name))
    reply = replace(reply, warnings=(*reply.warnings, *found))
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


@channels.command()
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def read(file: BinaryIO, as_json: bool) -> None:
    r"""Show what is read of a mail: its newest words, and whether a program wrote it.

    \b
    Example:
      hotdash channels read complaint.eml
    """
    mail = mail_of(file.read())
    attributes = {"email": {"html_content": {"full": mail.html}, "headers": mail.headers}}
    message = replace(_message("email", mail.sender), subject=mail.subject, attributes=attributes)
    message = replace(message, content=mail.text, raw_content=mail.text)
    message = asyncio.run(load_plugins(environment.load()).channels.read(message))
    if as_json:
        shown = {"content": message.content, "automatic": message.automatic, "subject": message.subject}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    if message.automatic:
        click.secho("A program wrote it: no draft is made.", fg="yellow")
    click.echo(message.content)


async def _format(channels: Channels, name: str, text: str, customer: str | None, agent: str | None) -> Reply:
    message = _message(name, None)
    message = replace(message, contact=replace(message.contact, name=customer))
    draft = Draft(answer=text, confidence=1.0, citations=(), sentences=())
    return await channels.format(draft, message, agent=agent)


def _message(channel: str, email: str | None) -> Message:
    """A message that came from nowhere in particular."""
    return Message(
        id=0,
        conversation=Conversation(id=0, account_id=0),
        contact=Contact(id=0, email=email),
        channel=channel,
        content="",
        raw_content="",
        received_at=datetime.now(UTC),
    )
