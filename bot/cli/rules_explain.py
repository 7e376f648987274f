"""`hotdash rules explain | why`: why a message was decided as it was."""

from __future__ import annotations

import asyncio
import json

import click

from bot.cli.rules_desk import as_json, rulebooks
from bot.store.rulebooks import KeptTrace
from rules.explanation import explain as explained
from rules.explanation import why as why_of


@click.command()
@click.argument("conversation", type=int)
@click.argument("message", type=int, required=False)
@as_json
def explain(conversation: int, message: int | None, as_json: bool) -> None:
    r"""Show why CONVERSATION was decided as it was: facts, every rule, result.

    Without MESSAGE (Chatwoot's number), the newest decision of the conversation.

    \b
    Examples:
      hotdash rules explain 812
      hotdash rules explain 812 9917 --json
    """
    kept = asyncio.run(_kept(conversation, message))
    if as_json:
        click.echo(json.dumps({"message": kept.message, **kept.trace}, ensure_ascii=False, indent=2))
        return
    click.echo(
        f"conversation {conversation} · message {kept.message} · {kept.decided_at:%Y-%m-%d %H:%M:%S %Z}"
    )
    click.echo("\n".join(explained(kept.trace)))


@click.command()
@click.argument("rule")
@click.argument("conversation", type=int)
@click.argument("message", type=int, required=False)
@as_json
def why(rule: str, conversation: int, message: int | None, as_json: bool) -> None:
    r"""Show why RULE did or did not match in CONVERSATION.

    \b
    Example:
      hotdash rules why refund-over-100 812
    """
    kept = asyncio.run(_kept(conversation, message))
    lines = list(why_of(kept.trace, rule))
    if as_json:
        found = next(one for one in kept.trace["rules"] if one["id"] == rule)
        click.echo(json.dumps({"message": kept.message, **found}, ensure_ascii=False, indent=2))
        return
    click.echo("\n".join(lines))


async def _kept(conversation: int, message: int | None) -> KeptTrace:
    async with rulebooks() as store:
        return await store.explained(conversation, message)
