"""What `trialproof demo` tells about the demonstration: counts, one value on both sides of its correction, a way in."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Final

from adapters.cli.run import Run
from adapters.demo import credentials, people
from adapters.demo.director import TRIAL, ZONE, Director
from adapters.demo.participants import CORRECTED
from compliance.inquire import Axes
from compliance.pages import all_entries
from domain.eligibility.rule import Measured
from domain.errors import NotFoundError
from domain.streams import SYSTEM_LEDGER
from projections.adverse_events import AdverseEvents
from projections.deviations import Deviations
from projections.participant import Participants
from projections.screening_log import ScreeningLog

SIGNING: Final = frozenset({"sign_record", "sign_review", "acknowledge_policy"})
BEFORE, AFTER = date(2027, 5, 28), date(2027, 5, 30)
"""The day before and the day after the demonstration's correction."""
COUNTED: Final = {
    "people": "person.registered.v1",
    "left": "person.deactivated.v1",
    "sessions": "session.started.v1",
    "failed": "authentication.failed.v1",
    "locked": "authentication.locked.v1",
    "recovered": "recovery.approved.v1",
}
"""What is counted in the system ledger, by stored name."""


def tell_story(run: Run, director: Director, folder: Path) -> None:
    """What was sent, and what came of it."""
    auditor = run.identity()
    run.output.line(
        f"Trial {TRIAL}, reconstructed from a republished registry page of NCT03458156; sites, people and approvals"
        " are fictional, the adopted reading R3 is our assumption for demonstration.",
        trial=TRIAL,
    )
    signed = sum(sent.line["command"] in SIGNING for sent in director.sent)
    run.output.line(
        f"{len(director.sent)} commands sent, {signed} of them signatures, each through its sender's own session:"
        f" {folder / 'commands.jsonl'}",
        commands=len(director.sent),
        signatures=signed,
    )
    _tell_of_accounts(run, director)
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


def _tell_of_accounts(run: Run, director: Director) -> None:
    """What the system ledger says of people and log-ins, counted."""
    counts = Counter(entry.frame.type for entry in all_entries(director.store.ledger, SYSTEM_LEDGER))
    told = {name: counts[kind] for name, kind in COUNTED.items()}
    run.output.line(
        f"{told['people']} people registered, {told['left']} left; {told['sessions']} sessions, lock-outs:"
        f" {told['locked']}, recoveries by two administrators: {told['recovered']}.",
        **told,
    )


def tell_how_to_look_around(run: Run, folder: Path) -> None:
    """The demonstration's own secrets are no secrets; nothing else ever prints any."""
    run.output.line(
        f"The people's fictional passwords and code secrets: {folder / credentials.FILE}", credentials=credentials.FILE
    )
    run.output.line("To look around as the auditor:")
    run.output.line(
        f"trialproof demo-secrets {people.AUDITOR} --into {folder}"
        f" | trialproof login {people.AUDITOR} --store {folder / 'store'} --secrets-from -"
    )


def tell_a_past_moment(run: Run) -> None:
    """One value on both sides of its correction, each with the entry behind it."""
    for day in (BEFORE, AFTER):
        answer = run.inquire.ask(run.identity(), "read_participant", TRIAL, Participants, Axes(known=day, zone=ZONE))
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
