"""`trialproof vault`: code-breaks that the ledger could not take, entered late; and drills of the code-break."""

from typing import Annotated

import typer

from adapters.cli.command import TrialOption, command
from adapters.cli.run import Run, code_given
from adapters.cli.sending import said, send_one
from adapters.emergency import drills, emergency_log, late_entries, recorded_breaks
from compliance.emergency_gaps import gaps
from compliance.pages import all_entries
from domain import streams
from domain.errors import InvalidInputError
from domain.unblinding.drill import is_due, last_drills


def add_to(group: typer.Typer) -> None:
    """Add these commands to the group."""
    command(group, "enter-late", group="vault")(enter_late)
    command(group, "drill", group="vault")(drill)


def enter_late(run: Run) -> None:
    """Enter what the key store recorded while the ledger could not write; nothing is entered twice.

    Nobody needs to be logged in: the product enters its own records. What does not match is listed.
    """
    run.open()
    store = run.store
    torn = emergency_log(store).verify().torn
    entered = late_entries(store).catch_up()
    for one in entered:
        run.output.line(
            f"record {one.number} of trial {one.trial}: {one.state}{f' ({one.why})' if one.why else ''}",
            number=one.number,
            state=one.state,
            trial=one.trial,
            request=one.request,
        )
    records = recorded_breaks(store).records()
    left = 0
    for trial in sorted({noted.record.trial for noted in records}):
        for gap in gaps(records, all_entries(store.ledger, streams.trial_ledger(trial)), trial=trial):
            left += 1
            run.output.line(f"record {gap.number} of trial {trial}: {gap.gap}", number=gap.number, gap=gap.gap)
    new = sum(one.state in ("entered", "matched") for one in entered)
    run.output.line(
        f"{new} entered, {left} not reconciled, {len(torn)} slots without a record; room for"
        f" {emergency_log(store).free()} more.",
        entered=new,
        unreconciled=left,
        torn=list(torn),
        free=emergency_log(store).free(),
    )


def drill(
    run: Run,
    site: Annotated[
        str | None, typer.Option("--site", metavar="CODE", help="Your site, where you have several.")
    ] = None,
    trial: TrialOption = None,
) -> None:
    """Try the code-break, the ordinary way and through the key store's own log, with keys that open nobody's arm.

    Each result is recorded as a drill, with its milliseconds; once in every quarter of the year is asked for.
    """
    concerned, identity = run.trial(trial), run.identity()
    allowed = run.inquire.allow(identity, "run_unblinding_drill", concerned)
    desk = allowed.actor.role == "code_break_desk"
    where = None if desk else _site(allowed.sites, site)
    for through_fallback in (False, True):
        found = drills(run.store).try_out(
            identity,
            concerned,
            "code_break_desk" if desk else "investigator",
            through_fallback=through_fallback,
        )
        way = "through the key store's own log" if through_fallback else "through the ledger"
        run.output.line(
            f"DRILL {way}: {'opened' if found.opened else 'NOT OPENED'} in {found.milliseconds} ms.",
            drill=True,
            opened=found.opened,
            milliseconds=found.milliseconds,
            through_fallback=through_fallback,
        )
        payload = {**found._asdict(), "receipt": str(found.receipt)}
        channel = "code_break_desk" if desk else "investigator"
        send_one(run, "run_unblinding_drill", said(**payload, channel=channel, site=where), trial=concerned)
    last = last_drills(all_entries(run.store.ledger, streams.trial_ledger(concerned))).get(where)
    due = is_due(last, run.store.ports.clock(), "UTC")
    run.output.line("A drill is still due." if due else "This quarter's drill is done.", last_drill=last, due=due)


def _site(sites: frozenset[str] | None, named: str | None) -> str:
    if named is not None:
        return code_given(named, "--site")
    if sites is None or len(sites) != 1:
        raise InvalidInputError(
            "which_site", "You work at several sites.", field="--site", next_step="Say with --site which one drills."
        )
    return next(iter(sites))
