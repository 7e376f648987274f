"""The command `hotdash`: each verb group is a file of this folder, loaded when it is called."""

from __future__ import annotations

import importlib
import sys

import click

from plugins.errors import HotdashError

#: Verb → module that holds a click command of that name, and its help for the overview.
VERBS = {
    "demo": ("bot.cli.demo", "Show the service at work: stand-in Chatwoot, service and database."),
    "serve": ("bot.cli.serve", "Run the web service and, unless told otherwise, a worker."),
    "worker": ("bot.cli.serve", "Run a worker alone."),
    "migrate": ("bot.cli.store", "Bring the database to the newest schema."),
    "events": ("bot.cli.store", "Look at stored events; queue dead ones again."),
    "rules": ("bot.cli.rules", "Write, check, try, test and publish rules.yaml."),
    "kb": ("bot.cli.kb", "Build the knowledge-base index; ask and score it."),
    "channels": ("bot.cli.channels", "See what a channel makes of a text."),
    "sla": ("bot.cli.sla", "See until when an answer is promised, and which conversations wait."),
    "status": ("bot.cli.status", "Show which parts work, what waits, and which promises are due."),
    "notify": ("bot.cli.notify", "Find out whether an alert would arrive."),
    "learn": ("bot.cli.learn", "See what verdicts teach, learn anew, and go back."),
    "link": ("bot.cli.link", "Print a link that signs an agent in to the review pages, once."),
    "plugins": ("bot.cli.plugins", "List, examine, make and test plugins."),
}


class Verbs(click.Group):
    """A group that imports a verb's module only when the verb is called: `hotdash --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order in which a newcomer meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb, or None for an unknown one."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(VERBS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview without importing the verbs."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, summary) for verb, (_, summary) in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hotdash", prog_name="hotdash")
def hotdash() -> None:
    """Support agent for Chatwoot: triage by rules, cited drafts as private notes, people approve."""


def main() -> None:
    """Entry point of the `hotdash` command; an expected error is one line on stderr and exit code 2."""
    try:
        hotdash()
    except HotdashError as error:
        click.echo(f"hotdash: {error}", err=True)
        sys.exit(2)
