"""What the first screen of the unblinding log says."""

from collections import Counter
from collections.abc import Iterator, Sequence

from compliance.reports.model import Attention, Figure, RowRef, Severity
from compliance.reports.unblinding_indicators import DRILLS, INDICATORS, Indicator, LastDrill, before_serious
from compliance.reports.unblinding_known import Unblinded
from compliance.reports.unblinding_lines import explained_late
from compliance.reports.unblinding_signed import SIGNED, Signing
from compliance.reports.unblinding_table import UNBLINDINGS
from compliance.reports.unblinding_totals import SITES, SiteShare
from compliance.reports.wording import counted


def answer(known: Unblinded) -> str:
    """The result in one sentence."""
    kinds = Counter(row.unblinding.kind for row in known.told)
    people = {row.unblinding.participant for row in known.told} - {None}
    randomised = sum(count for _, count in known.log.allocated)
    ended = Counter(row.unblinding.state_at(known.now) for row in known.log.rows)
    accidents = sum(row.unblinding.kind == "accident" for row in known.log.rows)
    return (
        f"{len(people):,} of {counted(randomised, 'randomised participant')} unblinded: "
        f"{counted(kinds['emergency'], 'emergency', 'emergencies')}, {kinds['routine']:,} on request, "
        f"{kinds['susar']:,} for safety reports; {counted(accidents, 'accident')} reported; "
        f"{ended['REJECTED']:,} refused, {ended['WITHDRAWN']:,} withdrawn, {ended['EXPIRED']:,} expired; "
        f"{counted(len(known.log.drills), 'drill')}."
    )


def figures(known: Unblinded, found: Sequence[Indicator]) -> tuple[Figure, ...]:
    """The strip of figures."""
    people = {row.unblinding.participant for row in known.told} - {None}
    longest, refused, late = found[2], found[3], found[4]
    share = found[-1].value
    return (
        _figure("Unblinded", f"{len(people):,}", "nobody is randomised" if share is None else f"{share} % of all"),
        _figure("Emergencies", f"{len(known.emergencies):,}", "in which an arm was disclosed"),
        _figure("Longest wait", longest.value or "none", "seconds from code break to disclosure"),
        _figure("Refused", refused.value or "not known", "emergency code breaks; the target is 0"),
        _figure("Late", late.value or "0", "explanations, not given within a day"),
        _figure("Drills", f"{len(known.log.drills):,}", "of the code break, in which nobody learns an arm"),
    )


def _figure(label: str, value: str, meaning: str) -> Figure:
    return Figure(label=label, value=value, meaning=meaning)


def attention(
    known: Unblinded,
    found: Sequence[Indicator],
    shares: Sequence[SiteShare],
    drills: Sequence[LastDrill],
    signed: Sequence[Signing],
) -> Iterator[Attention]:
    """What an inspector would want to see, with its rows."""
    rows = known.log.rows
    early = before_serious(known)
    off = [indicator.standing == "off target" for indicator in found]
    late = [explained_late(known, row) for row in rows]
    yield from _item("serious", UNBLINDINGS, late, "emergency", "not explained in time.")
    unjudged = [row.unblinding.kind == "accident" and not row.unblinding.assessed for row in rows]
    yield from _item("serious", UNBLINDINGS, unjudged, "accident", "whose impact nobody assessed.")
    yield from _item("serious", SITES, [s.standing == "stands out" for s in shares], "site", "stands out from others.")
    overdue = [bool({"overdue", "signature broken"} & set(one.states.values())) for one in signed]
    yield from _item("serious", SIGNED, overdue, "unblinding", "with a signature overdue or broken.")
    yield from _item("important", INDICATORS, off, "indicator", "off target.")
    yield from _item("important", UNBLINDINGS, [bool(r.unblinding.late) for r in rows], "disclosure", "entered late.")
    flagged = [bool(row.unblinding.flags) for row in rows]
    yield from _item("important", UNBLINDINGS, flagged, "code break", "with something out of order; none was refused.")
    yield from _item("important", DRILLS, [one.due for one in drills], "site", "whose code break is due to be tried.")
    before = [row in early for row in rows]
    yield from _item("to note", UNBLINDINGS, before, "code break", "before any serious event was known.")


_PLURALS = {"emergency": "emergencies"}


def _item(severity: Severity, table: str, hits: Sequence[bool], word: str, words: str) -> Iterator[Attention]:
    rows = [number for number, hit in enumerate(hits, 1) if hit]
    if rows:
        yield Attention(
            severity=severity,
            sentence=f"{counted(len(rows), word, _PLURALS.get(word, ''))} {words}",
            rows=tuple(RowRef(table=table, row=str(number)) for number in rows),
        )
