"""What the first screen of the randomisation log says: the answer, figures, and what needs attention."""

from collections.abc import Callable, Iterator
from typing import Final

from compliance.reports.model import Attention, Figure, RowRef, Severity
from compliance.reports.randomisation_commitments import COMMITMENTS, LATE, NOT_IN_ORDER, order_words, when_words
from compliance.reports.randomisation_known import Drawn, Known
from compliance.reports.randomisation_rows import ALLOCATIONS, DECIDED_ANEW, ERRORS, NOT_DECIDED, signature_standing
from compliance.reports.wording import counted, listed


def answer(known: Known) -> str:
    """The result in one sentence."""
    sites = len({drawn.own.site for drawn in known.rows})
    errors = sum(bool(drawn.own.allocation_errors) for drawn in known.rows)
    found = f"{counted(errors, 'allocation')} with an error around it" if errors else "no error is recorded around them"
    return f"{counted(len(known.rows), 'allocation')} at {counted(sites, 'site')}; {_committed(known)}; {found}."


def _committed(known: Known) -> str:
    committed = known.records.committed
    if not committed:
        return "no list is committed"
    first = committed[0]
    when = "before any enrolment shown" if known.is_first_in_time(first) else "NOT before the first enrolment"
    more = f", {counted(len(committed), 'commitment')} in all" if len(committed) > 1 else ""
    return f"the lists were committed at entry {first.frame.position:,}, {when}{more}"


def figures(known: Known) -> tuple[Figure, ...]:
    """The strip of figures: all arms together."""
    caps = [row.cap for row in known.allocations.strata if row.cap is not None]
    errors = sum(len(drawn.own.allocation_errors) for drawn in known.rows)
    waiting = sum(row.enrolment is not None and row.allocation is None for row in known.participants.view())
    return (
        _figure("Allocations", len(known.rows), "all arms together"),
        _figure("Places", sum(caps), "caps of all strata of the whole trial, together"),
        _figure("Enrolled, waiting", waiting, "enrolled and not allocated"),
        _figure(
            "Design versions",
            len({entry.fact.version for entry in known.records.committed}),
            "whose lists are committed",
        ),
        _figure("Errors", errors, "found around allocations; what was used stays"),
        _figure("Kits", sum(len(drawn.kits) for drawn in known.rows), "handed out to those allocated"),
    )


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


_ALLOCATIONS: Final[tuple[tuple[Severity, str, Callable[[Known, Drawn], bool]], ...]] = (
    (
        "serious",
        "without consent given before, or after it was withdrawn.",
        lambda _, d: d.consent_check in {"not before", "none recorded", "withdrawn before"},
    ),
    ("serious", "without a decision that the participant is eligible.", lambda _, d: not _is_eligible(d)),
    (
        "serious",
        "under a root that was not public before.",
        lambda _, d: d.root_check in {"no such root", "after allocation"},
    ),
    ("serious", "without an enrolment of its own.", lambda _, d: d.own.enrolment is None),
    ("important", "with an error around it.", lambda _, d: bool(d.own.allocation_errors)),
    ("important", "whose eligibility decision has no signature that stands.", lambda k, d: not _is_signed(k, d)),
    ("important", "whose order to consent is unknown.", lambda _, d: d.consent_check == "order unknown"),
)


def _is_eligible(drawn: Drawn) -> bool:
    return drawn.decision is not None and drawn.decision.eligible


def _is_signed(known: Known, drawn: Drawn) -> bool:
    return signature_standing(known, drawn) in {"signed", DECIDED_ANEW, NOT_DECIDED}


def attention(known: Known) -> Iterator[Attention]:
    """What an inspector would want to see, with its rows."""
    for severity, sentence, test in _ALLOCATIONS:
        rows = [number for number, drawn in enumerate(known.rows, 1) if test(known, drawn)]
        yield from item(severity, ALLOCATIONS, rows, f"{counted(len(rows), 'allocation')} {sentence}")
    for number, committed in enumerate(known.records.committed, 1):
        about = f"version {committed.fact.version}"
        if order_words(known, committed) == NOT_IN_ORDER:
            yield from item("serious", COMMITMENTS, [number], f"Design, shares and root of {about} are not in order.")
        if when_words(known, committed) == LATE:
            yield from item("serious", COMMITMENTS, [number], "The first root was committed after an enrolment.")
    yield from _of_strata(known)
    wrong = [number for number, drawn in enumerate(_errors(known), 1) if drawn.exclusions]
    yield from item(
        "to note", ERRORS, wrong, f"{counted(len(wrong), 'error')} of somebody left out of an analysis set."
    )


def _errors(known: Known) -> list[Drawn]:
    """The participant behind each line of the table of errors."""
    return [drawn for drawn in known.rows for _ in drawn.own.allocation_errors]


def _of_strata(known: Known) -> Iterator[Attention]:
    over = [row.stratum for row in known.allocations.strata if row.cap is not None and row.allocated > row.cap]
    if over:
        yield Attention(severity="important", sentence=f"More than the cap were allocated in {listed(over)}.")


def item(severity: Severity, table: str, rows: list[int], sentence: str) -> Iterator[Attention]:
    """One sentence with its rows; nothing where there are none."""
    if rows:
        links = tuple(RowRef(table=table, row=str(number)) for number in rows)
        yield Attention(severity=severity, sentence=sentence, rows=links)
