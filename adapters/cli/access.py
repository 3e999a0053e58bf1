"""`trialproof access report`: the access log, under the name by which people look for it."""

import typer

from adapters.cli.command import command
from adapters.cli.report import access_log


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(help="Who has access, since when, and what was done with it.", no_args_is_help=True)
    command(group, "report", group="access")(access_log)
    app.add_typer(group, name="access")
