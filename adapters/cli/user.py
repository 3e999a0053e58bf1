"""`trialproof user`: accounts, their credentials, and who there is."""

import typer

from adapters.cli import accounts, credentials, roster
from adapters.cli.command import command
from adapters.cli.policy import acknowledge


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Register people, verify them, invite them; your own credentials.", no_args_is_help=True)
    command(group, "acknowledge", group="user")(acknowledge)
    for part in (accounts, credentials, roster):
        part.add_to(group)
    app.add_typer(group, name="user")
