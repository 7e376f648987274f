"""`hotdash rules`: write, check, try, test and publish rules.yaml. Each command is a file of its own."""

from __future__ import annotations

import click

from bot.cli.rules_check import check, help_, lint_codes
from bot.cli.rules_explain import explain, why
from bot.cli.rules_init import init, schema
from bot.cli.rules_past import backtest, diff
from bot.cli.rules_publish import history, publish, rollback
from bot.cli.rules_score import score
from bot.cli.rules_try import test, try_


@click.group()
def rules() -> None:
    """Write, check, try, test and publish rules.yaml."""


for command in (
    init,
    schema,
    check,
    try_,
    test,
    score,
    explain,
    why,
    backtest,
    diff,
    publish,
    history,
    rollback,
    help_,
    lint_codes,
):
    rules.add_command(command)
