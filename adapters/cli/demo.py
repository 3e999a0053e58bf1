"""`trialproof demo`: the seed trial from its registry page to its audit report, in a store of its own."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.cli import report, verify
from adapters.cli.command import command
from adapters.cli.demo_told import tell_a_past_moment, tell_how_to_look_around, tell_story
from adapters.cli.demo_unblinded import PURPOSE, tell_the_unblinded
from adapters.cli.progress import progress
from adapters.cli.run import Run
from adapters.demo import credentials, people
from adapters.demo.play import lines, play
from domain.errors import InvalidInputError, NotFoundError

MARK: Final = "DEMONSTRATION"
"""A file that only a demonstration makes: a folder without it is never replaced."""
STANDARD: Final = Path("trialproof-demo")
Into = Annotated[Path, typer.Option("--into", help="Folder of the demonstration.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "demo")(demo)
    command(app, "demo-secrets")(secrets)


def demo(run: Run, into: Into = STANDARD) -> None:
    """Play the demonstration: accounts, import, decisions, forty screenings, incidents, lock; then reports and proofs.

    Everybody in it logs in, acts and signs as in any deployment. Everything is fictional but the registry record's
    words; clock and randomness are seeded, so two runs agree.
    """
    folder = _fresh(into)
    run.says("demonstration")
    with progress("playing the demonstration", None) as advance:
        store, director = play(folder / "store", folder / "store.key", progress=lambda _done, _all: advance(1))
    run.settings = replace(run.settings, store=folder / "store", key_file=folder / "store.key")
    run.use(store, director.doors.identity(people.AUDITOR))
    (folder / "commands.jsonl").write_bytes(lines(director))
    credentials.write(folder / credentials.FILE, director.doors.held)
    tell_story(run, director, folder)
    tell_a_past_moment(run)
    for make in (report.screening, report.audit, report.signature_log, report.access_log, report.part11):
        make(run, purpose=PURPOSE, out=folder / "reports")
    for name in ("randomisation-log", "unblinding-log", "knowledge"):
        report.whole(run, name, PURPOSE, folder / "reports")
    director.doors.log_out(people.AUDITOR)
    tell_the_unblinded(run, director, folder)
    verify.verify(run, None, None)
    tell_how_to_look_around(run, folder)


def secrets(
    run: Run,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="One of the fictional people.")],
    into: Into = STANDARD,
) -> None:
    """Print password and code of one of the demonstration's people, as `login --secrets-from -` reads them."""
    if not (into / MARK).is_file():
        raise NotFoundError(f"No demonstration is in {into}.", next_step="Make one with `trialproof demo`.")
    run.settings = replace(run.settings, store=into / "store", key_file=into / "store.key")
    now = run.store.ports.clock()
    for line in credentials.answers(into / credentials.FILE, person, now):
        typer.echo(line)


def _fresh(into: Path) -> Path:
    """An empty folder; an earlier demonstration in it is replaced, anything else is left alone."""
    if into.exists():
        if not (into / MARK).is_file():
            raise InvalidInputError(
                "folder_in_use",
                f"{into} exists and no demonstration made it.",
                field="--into",
                next_step="Name another folder.",
            )
        shutil.rmtree(into)
    into.mkdir(parents=True)
    (into / MARK).write_text("Made by `trialproof demo`, which replaces this folder. Nothing in it is real data.\n")
    return into
