"""`trialproof read-models`: bring the views beside the ledger up to its head, or make them anew."""

from typing import Annotated

import typer

from adapters.cli.command import command
from adapters.cli.run import Run
from adapters.wiring import read_models


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "read-models")(catch_up)


def catch_up(
    run: Run,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Drop the views first; they are disposable.")] = False,
) -> None:
    """Bring the read models up to the heads of the ledgers; they hold nothing that the ledger does not."""
    follower = read_models(run.store)
    reached = follower.rebuild() if rebuild else follower.catch_up()
    for ledger, position in sorted(reached.items()):
        run.output.line(f"{ledger}: views stand at entry {position}", ledger=ledger, position=position)
