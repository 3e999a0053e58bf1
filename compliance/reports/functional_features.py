"""What a blinded reader could guess from: every feature of what is recorded after the allocation, yes or no for each.

A number becomes "above the median of all together"; nobody without a value is counted there. The list is long on
purpose: what is not looked at is not found.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from compliance.reports.functional_known import Visible, is_after, texts_of
from compliance.reports.wording import spaced
from domain.eligibility.rule import Chosen, Measured, Stated
from domain.participant.facts import FactRecorded
from domain.times import Occurred
from projections.adverse_event_rows import Case
from projections.fold import Moment
from projections.participant_rows import ParticipantRow


class Feature(NamedTuple):
    """One thing that can be seen of a participant: who of whom has it. `never` marks what nobody may ever have."""

    group: str
    words: str
    having: frozenset[str]
    among: frozenset[str]
    never: bool = False


def features(seen: Visible) -> tuple[Feature, ...]:
    """All that somebody has; what nobody or everybody has tells nothing, unless it may never be."""
    found = (
        *_adverse_events(seen),
        *_treatment(seen),
        *_visits(seen),
        *_facts(seen),
        *_counts(seen),
        *_lengths(seen),
    )
    return tuple(one for one in found if one.never or (one.having and one.having != one.among))


def _of_all(seen: Visible, group: str, words: str, having: Iterable[str]) -> Feature:
    return Feature(group, words, frozenset(having), frozenset(seen.rows))


def _above(group: str, words: str, values: Mapping[str, Fraction]) -> Feature:
    """Those above the lower median of all together."""
    ordered = sorted(values.values())
    middle = ordered[(len(ordered) - 1) // 2] if ordered else Fraction(0)
    having = frozenset(number for number, value in values.items() if value > middle)
    return Feature(group, f"{words} above the median of all", having, frozenset(values))


def _adverse_events(seen: Visible) -> Iterator[Feature]:
    kinds: dict[str, set[str]] = {}
    for number, listed in seen.cases.items():
        for words in (word for case in listed for word in _case_words(case)):
            kinds.setdefault(words, set()).add(number)
        for term in seen.terms[number]:
            kinds.setdefault(f"term: {term}", set()).add(number)
    yield from (_of_all(seen, "adverse events", words, kinds[words]) for words in sorted(kinds))
    yield _above("adverse events", "number of cases", {n: Fraction(len(cases)) for n, cases in seen.cases.items()})


def _case_words(case: Case) -> Iterator[str]:
    """What can be said of a case in a few words."""
    yield "any case"
    if case.severity is not None:
        yield f"severity {case.severity}"
    if (case.report is not None and case.report.serious) or any(row.serious for row in case.seriousness):
        yield "called serious by anybody"
    if any(row.related for row in case.causality):
        yield "called related by anybody"
    yield f"outcome {spaced(case.outcome)}"
    yield from (f"coded {coding.dictionary} {coding.code}" for coding in case.codings)


def _treatment(seen: Visible) -> Iterator[Feature]:
    group, rows = "treatment", seen.rows
    for state in ("interrupted", "stopped", "completed"):
        yield _of_all(seen, group, state, (number for number, row in rows.items() if _was(row, state)))
    yield _of_all(seen, group, "no dose recorded", (number for number, row in rows.items() if not row.doses))
    yield _above(group, "number of doses", {number: Fraction(len(row.doses)) for number, row in rows.items()})
    first = {number: row.doses[0].behind for number, row in rows.items() if row.doses}
    after = {number: _hours_after(seen.since[number], dose.occurred_at) for number, dose in first.items()}
    yield _above(group, "hours from allocation to first dose", _known(after))
    yield _above(group, "time of day of the first dose", _known({n: _minutes(d) for n, d in first.items()}))
    for state in ("left", "lost", "completed"):
        yield _of_all(seen, "follow-up", state, (number for number, row in rows.items() if row.follow_up == state))
    yield _of_all(seen, "follow-up", "died", (number for number, row in rows.items() if row.vital == "dead"))


def _was(row: ParticipantRow, state: str) -> bool:
    return any(change.state == state for change in row.treatment_changes)


def _known(values: Mapping[str, Fraction | None]) -> dict[str, Fraction]:
    return {number: value for number, value in values.items() if value is not None}


def _hours_after(allocation: Moment, when: Occurred) -> Fraction | None:
    """Hours from the allocation, where both times are known to the minute."""
    since = allocation.occurred_at
    if not (since.is_instant and when.is_instant):
        return None
    return Fraction(int((when.earliest - since.earliest).total_seconds()), 3600)


def _minutes(dose: Moment) -> Fraction | None:
    when = dose.occurred_at
    return Fraction(int(when.when[11:13]) * 60 + int(when.when[14:16])) if when.is_instant else None


def _visits(seen: Visible) -> Iterator[Feature]:
    group = "visits"
    acts = {
        number: {act.code: act for act in row.acts if is_after(act.behind, seen.since[number])}
        for number, row in seen.rows.items()
    }
    for code in sorted({code for own in acts.values() for code in own}):
        there = {number: own[code] for number, own in acts.items() if code in own}
        yield _of_all(seen, group, f"{spaced(code)} recorded", there)
        yield _of_all(seen, group, f"{spaced(code)} not done", (n for n, act in there.items() if not act.done))
        hours = {number: _hours_after(seen.since[number], act.behind.occurred_at) for number, act in there.items()}
        yield _above(group, f"hours from allocation to {spaced(code)}", _known(hours))


def _facts(seen: Visible) -> Iterator[Feature]:
    """Facts such as laboratory values, recorded after the allocation: of each participant the last."""
    group = "recorded facts"
    last: dict[str, dict[str, object]] = {}
    for number, entries in seen.entries.items():
        for entry in entries:
            if isinstance(entry.fact, FactRecorded):
                last.setdefault(entry.fact.fact, {})[number] = entry.fact.value
    for fact, values in sorted(last.items()):
        words = spaced(fact)
        yield _of_all(seen, group, f"{words} recorded", values)
        for said in sorted({told for value in values.values() if (told := _said(value)) is not None}):
            having = frozenset(number for number, value in values.items() if _said(value) == said)
            yield Feature(group, f"{words}: {said}", having, frozenset(values))
        for unit in sorted({value.quantity.unit for value in values.values() if isinstance(value, Measured)}):
            yield _above(group, f"{words} ({unit})", _measured(values, unit))


def _said(value: object) -> str | None:
    """A value that is a choice, in words; a number or a date has none."""
    match value:
        case Chosen(code=code):
            return code
        case Stated(holds=holds):
            return "yes" if holds else "no"
        case _:
            return None


def _measured(values: Mapping[str, object], unit: str) -> dict[str, Fraction]:
    return {
        number: Fraction(value.quantity.value.decimal)
        for number, value in values.items()
        if isinstance(value, Measured) and value.quantity.unit == unit
    }


def _counts(seen: Visible) -> Iterator[Feature]:
    yield _above("kits", "kits handed out", {number: Fraction(count) for number, count in seen.kits.items()})
    entries = {number: Fraction(len(entries)) for number, entries in seen.entries.items()}
    yield _above("entries", "entries recorded", entries)
    kinds = {number: {entry.frame.type for entry in own} for number, own in seen.entries.items()}
    for kind in sorted({kind for own in kinds.values() for kind in own if kind.startswith("unblinding.")}):
        yield _of_all(seen, "entries", spaced(kind), (number for number, own in kinds.items() if kind in own))


def _lengths(seen: Visible) -> Iterator[Feature]:
    """Sealed free texts: of one field all have one length, so that none of these may ever be found."""
    texts = {number: list(texts_of(entries)) for number, entries in seen.entries.items()}
    usual: dict[str, int] = {}
    for field in sorted({field for own in texts.values() for field, _ in own}):
        lengths = Counter(len(text.ciphertext) for own in texts.values() for name, text in own if name == field)
        usual[field] = max(lengths.items(), key=lambda one: (one[1], -one[0]))[0]
    odd = frozenset(
        number for number, own in texts.items() if any(len(text.ciphertext) != usual[field] for field, text in own)
    )
    yield Feature("free texts", "a sealed text of another length than its field has", odd, frozenset(texts), never=True)
