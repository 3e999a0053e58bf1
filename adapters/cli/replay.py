"""`trialproof replay`: any projection, recomputed from the entries, as known on one day and as true on another."""

from hashlib import sha256
from typing import Annotated, Final

import typer

from adapters.cli.answers import tell
from adapters.cli.axes import Known, True_, Zone, axes
from adapters.cli.command import TrialOption, command
from adapters.cli.run import Run
from domain.errors import InvalidInputError
from domain.plain import written
from projections.catalogue import PROJECTIONS

KNOWN: Final = {name.replace("_", "-"): kind for name, kind in PROJECTIONS.items()}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "replay")(replay)


def replay(
    run: Run,
    projection: Annotated[str, typer.Argument(help=f"One of {', '.join(KNOWN)}.")],
    trial: TrialOption = None,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
) -> None:
    """Fold a projection anew over what the reader may see, and print it with the digest of what it shows.

    The same entries up to the same point give the same digest, on every machine.
    """
    asked = axes(known, true, zone)
    if projection not in KNOWN:
        raise InvalidInputError(
            "unknown_projection",
            f"There is no projection {projection[:64]!r}.",
            field="projection",
            next_step=f"Name one of {', '.join(KNOWN)}.",
        )
    answer = run.inquire.ask(run.identity(), "read_trial", run.trial(trial), KNOWN[projection], asked)
    view = answer.state.view()
    tell(run, projection, answer.reading, asked, view)
    digest = sha256(written(view).encode()).hexdigest()
    run.output.line(f"SHA-256 of the view: {digest}", row="digest", of=projection, sha256=digest)
