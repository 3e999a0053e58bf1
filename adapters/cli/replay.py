"""`trialproof replay`: any projection, recomputed from the entries, as known on one day and as true on another."""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any

import typer

from adapters.cli.answers import tell
from adapters.cli.axes import Known, True_, Zone, axes
from adapters.cli.command import As, TrialOption, command
from adapters.cli.run import Run
from domain.plain import written
from projections.catalogue import PROJECTIONS

Projection: Any = StrEnum("Projection", {name: name.replace("_", "-") for name in PROJECTIONS})


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "replay")(replay)


def replay(
    run: Run,
    projection: Annotated[Projection, typer.Argument(help="Which projection.")],
    person: As,
    trial: TrialOption = None,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
) -> None:
    """Fold a projection anew over what the reader may see, and print it with the digest of what it shows.

    The same entries up to the same point give the same digest, on every machine.
    """
    asked = axes(known, true, zone)
    kind = PROJECTIONS[projection.name]
    answer = run.inquire.ask(run.identity(person), "read_trial", run.trial(trial), kind, asked)
    view = answer.state.view()
    tell(run, str(projection), answer.reading, asked, view if isinstance(view, tuple) else (view,))
    digest = sha256(written(view).encode()).hexdigest()
    run.output.line(f"SHA-256 of the view: {digest}", row="digest", of=str(projection), sha256=digest)
