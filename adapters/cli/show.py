"""`trialproof show`: what is known now, or was known, or was true, with the entries behind it."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final, NamedTuple

import typer

from adapters.cli.answers import tell
from adapters.cli.axes import Known, True_, Zone, axes
from adapters.cli.command import TrialOption, command
from adapters.cli.run import Run
from domain.errors import NotFoundError
from domain.streams import trial_ledger
from projections.adverse_events import AdverseEvents
from projections.allocations import Allocations
from projections.deviations import Deviations
from projections.enrolment import EnrolmentProgress
from projections.fold import State
from projections.kits import Kits
from projections.knowledge import Knowledge
from projections.participant import Participants
from projections.replay import replay
from projections.signatures import Signatures
from projections.sites import Sites
from projections.trial_state import TrialState
from projections.unblinding_log import UnblindingLog


class Subject(NamedTuple):
    """Something that can be shown as a whole."""

    name: str
    projection: type[State]
    help: str


WHOLE: Final = (
    Subject("trial", TrialState, "The trial: its state, open questions, decisions, sites, locks."),
    Subject("adverse-events", AdverseEvents, "The adverse events, without their sealed words."),
    Subject("deviations", Deviations, "The deviations, found by rules or by people."),
    Subject("unblinding", UnblindingLog, "Who learned an arm, when, why, by whose approval; never the arm."),
    Subject("knowledge", Knowledge, "Who knows, or may know, whose arm since when and how; never the arm."),
    Subject("enrolment", EnrolmentProgress, "Enrolment by site and month."),
    Subject("signatures", Signatures, "The signatures made, with their state, and those still needed."),
    Subject("allocations", Allocations, "Allocations by site and stratum; never the arm."),
    Subject("kits", Kits, "The kits: supplied, received, dispensed, returned; never what they hold."),
)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Show what is known, with the entries behind it, on both time axes.", no_args_is_help=True)
    for subject in WHOLE:
        command(group, subject.name, group="show")(_shows(subject))
    command(group, "site", group="show")(site)
    command(group, "participant", group="show")(participant)
    command(group, "disclosure", group="show")(disclosure)
    command(group, "text", group="show")(text)
    app.add_typer(group, name="show")


def _shows(subject: Subject) -> Callable[..., None]:
    def show(
        run: Run,
        trial: TrialOption = None,
        known: Known = None,
        true: True_ = None,
        zone: Zone = None,
    ) -> None:
        asked = axes(known, true, zone)
        answer = run.inquire.ask(run.identity(), "read_trial", run.trial(trial), subject.projection, asked)
        tell(run, subject.name, answer.reading, asked, answer.state.view())

    show.__doc__ = subject.help
    return show


def participant(
    run: Run,
    number: Annotated[str, typer.Argument(help="The screening number, such as 007.")],
    trial: TrialOption = None,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
) -> None:
    """One participant: every value, the entry behind it, and in which zone days are meant."""
    asked = axes(known, true, zone)
    answer = run.inquire.ask(run.identity(), "read_participant", run.trial(trial), Participants, asked)
    found = _named(answer.state.view(), "number", number, "participant")
    tell(run, f"participant {number}", answer.reading, asked, found)
    view = replay(Knowledge, answer.reading.entries, true=answer.reading.true).view()
    knowing = tuple(row for row in view.known if row.first.participant == number)
    flags = tuple(flag for flag in view.flags if flag.participant == number)
    for what, rows in (("who knows the arm", knowing), ("judged by who knew", flags)):
        if rows:
            tell(run, f"participant {number}, {what}", answer.reading, asked, rows)


def site(
    run: Run,
    code: Annotated[str | None, typer.Argument(help="Code of one site (default: all that the reader may see)")] = None,
    trial: TrialOption = None,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
) -> None:
    """The sites: approvals, versions in force, delegations, state."""
    asked = axes(known, true, zone)
    answer = run.inquire.ask(run.identity(), "read_trial", run.trial(trial), Sites, asked)
    rows = answer.state.view()
    tell(run, "site", answer.reading, asked, rows if code is None else _named(rows, "site", code, "site"))


def _named(rows: Iterable[Any], field: str, wanted: str, what: str) -> Any:
    found = next((row for row in rows if getattr(row, field) == wanted), None)
    if found is None:
        raise NotFoundError(
            f"No {what} {wanted} is known here, at that point and to this reader.",
            next_step="Look at a later point, or ask as somebody who may see more.",
        )
    return found


def disclosure(
    run: Run,
    request: Annotated[str, typer.Argument(help="The id of the unblinding.")],
    trial: TrialOption = None,
) -> None:
    """The arm that was disclosed to the reader under an unblinding; every look is recorded before it is shown."""
    shown = run.inquire.disclosure(run.identity(), run.trial(trial), request)
    run.output.pairs("Disclosure", shown._asdict(), of="disclosure")


def text(
    run: Run,
    position: Annotated[int, typer.Argument(min=1, help="The entry, by its position in the trial's ledger.")],
    field: Annotated[str, typer.Argument(help="The field, such as reason_text or term.")],
    trial: TrialOption = None,
) -> None:
    """One sealed text, opened for a reader who may read it."""
    concerned, identity = run.trial(trial), run.identity()
    found = run.store.ledger.page(trial_ledger(concerned), after=position - 1, limit=1)
    if not found:
        raise NotFoundError(f"The ledger has no position {position}.", next_step="Ask for a position up to the head.")
    words = run.inquire.text(identity, concerned, found[0].body.event_id, field)
    run.output.pairs("Text", {"position": position, "field": field, "text": words}, of="text")
