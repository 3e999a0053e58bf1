"""`trialproof demo`: the seed trial from its registry page to its audit report, in a store of its own."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.cli import report, verify
from adapters.cli.command import command
from adapters.cli.progress import progress
from adapters.cli.run import Run
from adapters.demo import people
from adapters.demo.director import TRIAL, ZONE, Director
from adapters.demo.participants import CORRECTED
from adapters.demo.play import lines, play
from compliance.inquire import Axes
from domain.eligibility.rule import Measured
from domain.errors import InvalidInputError, NotFoundError
from projections.adverse_events import AdverseEvents
from projections.deviations import Deviations
from projections.participant import Participants
from projections.screening_log import ScreeningLog

MARK: Final = "DEMONSTRATION"
"""A file that only a demonstration makes: a folder without it is never replaced."""
BEFORE, AFTER = date(2027, 5, 28), date(2027, 5, 30)
"""The day before and the day after the demonstration's correction."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "demo")(demo)


def demo(
    run: Run,
    into: Annotated[Path, typer.Option("--into", help="Folder for the demonstration.")] = Path("trialproof-demo"),
) -> None:
    """Play the demonstration: import, decisions, forty screenings, incidents, lock; then replay, reports, verification.

    Everything in it is fictional but the registry record's words; clock and randomness are seeded, so two runs agree.
    """
    folder = _fresh(into)
    run.says("demonstration")
    with progress("playing the demonstration", None) as advance:
        store, director = play(folder / "store", folder / "store.key", progress=lambda _done, _all: advance(1))
    run.settings = replace(run.settings, store=folder / "store", key_file=folder / "store.key")
    run.use(store)
    (folder / "commands.jsonl").write_bytes(lines(director))
    _tell_story(run, director, folder)
    _tell_a_past_moment(run)
    for make in (report.screening, report.audit):
        make(run, person=people.AUDITOR, purpose="to show the product", out=folder / "reports")
    verify.verify(run, None, None)


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


def _tell_story(run: Run, director: Director, folder: Path) -> None:
    auditor = run.identity(people.AUDITOR)
    run.output.line(
        f"Trial {TRIAL}, reconstructed from a republished registry page of NCT03458156; sites, people and approvals"
        " are fictional, the adopted reading R3 is our assumption for demonstration.",
        trial=TRIAL,
    )
    run.output.line(
        f"{len(director.sent)} commands sent, as `trialproof apply` takes them: {folder / 'commands.jsonl'}",
        commands=len(director.sent),
    )
    totals = run.inquire.ask(auditor, "read_trial", TRIAL, ScreeningLog).state.view().totals
    cases = run.inquire.ask(auditor, "read_trial", TRIAL, AdverseEvents).state.view()
    deviations = run.inquire.ask(auditor, "read_trial", TRIAL, Deviations).state.view()
    run.output.line(
        f"{totals.screenings} screenings of {totals.persons} persons; {totals.failed} failed, {totals.left} left,"
        f" {totals.lost} lost, {totals.pending} pending; {totals.enrolled} enrolled, {totals.allocated} allocated.",
        screenings=totals.screenings,
        enrolled=totals.enrolled,
        allocated=totals.allocated,
    )
    found = [row.report.rule for row in deviations.rows if row.report is not None]
    late = [rule for rule in found if rule == "safety-fact-after-lock"]
    run.output.line(
        f"{len(cases)} adverse event cases, {len(late)} recorded after the lock; {deviations.totals.deviations}"
        f" deviations, {deviations.totals.found_by_rule} of them found by rules.",
        cases=len(cases),
        deviations=deviations.totals.deviations,
    )


def _tell_a_past_moment(run: Run) -> None:
    """One value on both sides of its correction, each with the entry behind it."""
    for day in (BEFORE, AFTER):
        answer = run.inquire.ask(
            run.identity(people.AUDITOR), "read_participant", TRIAL, Participants, Axes(known=day, zone=ZONE)
        )
        row = next((row for row in answer.state.view() if row.number == CORRECTED), None)
        if row is None:
            raise NotFoundError(f"{CORRECTED} is not known on {day}.", next_step="Report this as a fault.")
        fact = next(fact for fact in row.facts if fact.fact == "egfr").entries[-1]
        assert isinstance(fact.value, Measured)
        quantity = fact.value.quantity
        corrected = "".join(f", corrected by entry {moment.position}" for moment in fact.corrections)
        run.output.line(
            f"Participant {CORRECTED}, eGFR as known on {day} ({ZONE}): {quantity.value} {quantity.unit}"
            f" (entry {fact.behind.position}{corrected})",
            participant=CORRECTED,
            known=day.isoformat(),
            zone=ZONE,
            value=str(quantity.value),
            entry=fact.behind.position,
        )
