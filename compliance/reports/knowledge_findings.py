"""What the first screen of the knowledge report says."""

from collections.abc import Iterator, Sequence

from compliance.reports.knowledge_accidents import ACCIDENTS, Accident
from compliance.reports.knowledge_flags import FLAGS
from compliance.reports.knowledge_known import Knowing
from compliance.reports.knowledge_shares import percent
from compliance.reports.knowledge_tables import KNOWN, Role
from compliance.reports.model import Attention, Figure, RowRef, Severity
from compliance.reports.wording import counted
from projections.unblinding_rows import UnblindingView


def answer(known: Knowing, log: UnblindingView) -> str:
    """The result in one sentence."""
    view, unblinded = known.view, _unblinded(known)
    people = {row.first.person for row in view.known if row.first.certain and row.first.participant}
    whole = {row.first.person for row in view.known if row.first.reach in {"all", "allocated_by_then"}}
    randomised = sum(count for _, count in log.allocated)
    everything = f"; {counted(len(whole), 'person', 'people')} may know all arms" if whole else ""
    return (
        f"The arms of {unblinded:,} of {counted(randomised, 'randomised participant')} are known to "
        f"{counted(len(people), 'person', 'people')}{everything}; "
        f"{counted(len(view.flags), 'assessment')} made by somebody who knew or may have known."
    )


def _unblinded(known: Knowing) -> int:
    return sum(bool(row.known_by) for row in known.view.participants)


def figures(known: Knowing, log: UnblindingView, roles: Sequence[Role]) -> tuple[Figure, ...]:
    """The strip of figures."""
    randomised = sum(count for _, count in log.allocated)
    unblinded = _unblinded(known)
    share = percent(unblinded, randomised)
    may = sum(bool(row.may_be_known_by) for row in known.view.participants)
    people = {person for role in roles for person in role.holders}
    knowing = {person for role in roles for person in role.knowing}
    return (
        _figure("Randomised", randomised, "participants allocated"),
        _figure("Unblinded", unblinded, "nobody is randomised" if share is None else f"{share} % of the randomised"),
        _figure("Perhaps known", may, "participants whose arm somebody may know"),
        _figure("Stay blind", len(people - knowing), f"of {counted(len(people), 'person', 'people')} in blinded roles"),
        _figure("Clearances", sum(held in known.own for held in known.view.cleared), "open now, that let learn arms"),
        _figure("Flagged assessments", len(known.view.flags), "by somebody who knew or may have known"),
    )


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


def attention(known: Knowing, accidents: Sequence[Accident]) -> Iterator[Attention]:
    """What an inspector would want to see, with its rows."""
    flags, rows = known.view.flags, known.view.known
    unread = [not accident.assessed for accident in accidents]
    alone = known.view.reads_system
    yield from _item("serious", ACCIDENTS, unread, "accident", "whose impact nobody assessed.")
    sure = [flag.order == "after" and flag.first.certain for flag in flags]
    yield from _item("important", FLAGS, sure, "assessment", "made by somebody who knew the arm.")
    perhaps = [not one for one in sure]
    yield from _item("to note", FLAGS, perhaps, "assessment", "by somebody who may have known, or about that time.")
    nobody = [alone and not flag.others for flag in flags]
    yield from _item("important", FLAGS, nobody, "flagged assessment", "that nobody else here could make blind.")
    unknown = [row.first.reach == "not_told" for row in rows]
    yield from _item("important", KNOWN, unknown, "person", "who may know an arm, not told whose.")


def _item(severity: Severity, table: str, hits: Sequence[bool], word: str, words: str) -> Iterator[Attention]:
    rows = [number for number, hit in enumerate(hits, 1) if hit]
    if rows:
        yield Attention(
            severity=severity,
            sentence=f"{counted(len(rows), word, 'people' if word == 'person' else '')} {words}",
            rows=tuple(RowRef(table=table, row=str(number)) for number in rows),
        )
