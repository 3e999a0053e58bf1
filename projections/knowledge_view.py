"""What the knowledge ledger shows: from each way on which somebody came to know, rows by participant and person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from domain.people.person import PRODUCT
from projections.fold import Moment
from projections.knowledge_assessed import could_judge, flagged
from projections.knowledge_rows import Assessment, Flag, Held, How, KnowledgeView, Known, ParticipantKnown, Reach, Way
from projections.subjects import Subjects
from projections.unblinding_log import UnblindingLog, happened
from projections.unblinding_rows import Disclosure, Unblinding


class Recorded(NamedTuple):
    """What the fold gathered."""

    allocated: Mapping[str, datetime]
    assessments: tuple[Assessment, ...]
    held: tuple[Held, ...]
    last: datetime | None
    looks: tuple[Way, ...]
    reads_access: bool
    reads_system: bool
    subjects: Subjects
    unblindings: UnblindingLog
    whole: tuple[Way, ...]


def knowledge_view(told: Recorded) -> KnowledgeView:
    """The whole view."""
    unblindings = [row.unblinding for row in told.unblindings.view().rows]
    about = {one.request: one.participant for one in unblindings}
    looks = (_about(look, about.get(look.request or "")) for look in told.looks)
    ways = [*(way for one in unblindings for way in _ways(one)), *looks, *told.whole]
    known = tuple(_known(ways, unblindings, told))
    return KnowledgeView(
        flags=tuple(_flags([*ways, *_by_clearance(told)], told)),
        held=told.held,
        known=known,
        participants=tuple(_participants(known, unblindings, told)),
        reads_access=told.reads_access,
        reads_system=told.reads_system,
    )


def _ways(one: Unblinding) -> Iterator[Way]:
    """Who learned by a disclosure, who handed it on, and who may have learned by accident."""
    for number, disclosure in enumerate(one.disclosures):
        late = one.late.disclosed_at if one.late is not None and number == 0 else None
        yield from _disclosed(one, disclosure, late)
    if one.kind == "accident" and one.opened is not None:
        for person in one.learned_by:
            yield _way(one, one.opened.behind, person, certain=False)


def _disclosed(one: Unblinding, disclosure: Disclosure, late: datetime | None) -> Iterator[Way]:
    yield _way(one, disclosure.behind, disclosure.recipient, late=late)
    handed_on = {disclosure.by.actor, disclosure.performer} - {disclosure.recipient, PRODUCT, None}
    for person in sorted(name for name in handed_on if name is not None):
        yield _way(one, disclosure.behind, person, how="passed_on", late=late)


def _about(look: Way, participant: str | None) -> Way:
    """A look at a disclosure is about whom the unblinding is about."""
    return replace(look, participant=participant, reach="not_told" if participant is None else "one")


def _way(
    one: Unblinding,
    behind: Moment,
    person: str,
    *,
    how: How | None = None,
    late: datetime | None = None,
    certain: bool = True,
) -> Way:
    """A way by an unblinding; a disclosure entered late counts from when the key store made it, if that was before."""
    earliest = min(behind.recorded_at, behind.occurred_at.earliest)
    told = happened(behind)
    return Way(
        behind=behind,
        certain=certain,
        earliest=earliest if late is None else min(late, earliest),
        how=how or one.kind or "routine",
        latest=told if late is None else min(late, told),
        ledger="trial",
        outside=one.channel == "code_break_desk" and how is None,
        participant=one.participant,
        person=person,
        reach="not_told" if one.participant is None else "one",
        request=one.request,
    )


def _by_clearance(told: Recorded) -> Iterator[Way]:
    for held in told.held:
        if held.clearance == "unblinded":
            yield Way(
                behind=held.behind,
                certain=False,
                earliest=held.starts,
                how="clearance",
                latest=held.starts,
                ledger="system",
                outside=False,
                participant=None,
                person=held.person,
                reach="all",
                request=None,
            )


def _known(ways: Iterable[Way], unblindings: Iterable[Unblinding], told: Recorded) -> Iterator[Known]:
    """One row by participant, person and certainty, since the first way."""
    looks: dict[tuple[str | None, str], int] = defaultdict(int)
    for one in unblindings:
        for repeat in one.repeats:
            looks[one.participant, repeat.recipient] += 1
    groups: dict[tuple[str | None, str, bool, Reach], list[Way]] = defaultdict(list)
    for way in ways:
        groups[way.participant, way.person, way.certain, way.reach].append(way)
    for key in sorted(groups, key=_key):
        found = groups[key]
        first = min(found, key=_began)
        site = None if first.participant is None else told.subjects.sites.get(first.participant)
        again = looks[key[:2]] if first.certain else 0
        yield Known(again=len(found) - 1 + again, first=first, site=site)


def _key(key: tuple[str | None, str, bool, Reach]) -> tuple[str, str, bool, Reach]:
    participant, person, certain, reach = key
    return participant or "", person, not certain, reach


def _began(way: Way) -> tuple[datetime, int]:
    return way.latest, way.behind.position


def _flags(ways: Iterable[Way], told: Recorded) -> Iterator[Flag]:
    """The assessments by who knew; in the order of the ledger."""
    knowing = list(ways)
    for made in sorted(told.assessments, key=_position):
        participant = made.participant or told.subjects.participant(made.stream)
        if participant is None:
            continue
        concerned = [way for way in knowing if _covers(way, participant, told)]
        site = told.subjects.sites.get(participant)
        flag = flagged(made, participant, site, concerned)
        if flag is not None:
            yield replace(flag, others=tuple(_others(flag, concerned, told)))


def _position(made: Assessment) -> int:
    return made.behind.position


def _covers(way: Way, participant: str, told: Recorded) -> bool:
    """Whether the way may tell this participant's arm."""
    allocated = told.allocated.get(participant)
    match way.reach:
        case "one":
            return way.participant == participant
        case "allocated_by_then":
            return allocated is not None and allocated <= way.latest
        case "all":
            return True
        case _:
            return False


def _others(flag: Flag, ways: Iterable[Way], told: Recorded) -> Iterator[str]:
    """Who may judge instead now: holds such a role, and knows nothing of this participant on any way."""
    knowing = {way.person for way in ways}
    able = (held for held in could_judge(flag, told.held) if told.last is not None and held.holds_at(told.last))
    yield from sorted({held.person for held in able} - knowing - {flag.assessment.by.actor, flag.assessment.performer})


def _participants(
    known: Iterable[Known], unblindings: Iterable[Unblinding], told: Recorded
) -> Iterator[ParticipantKnown]:
    rows = list(known)
    for number in sorted(told.allocated):
        own = [row for row in rows if row.first.participant == number]
        sure = [row for row in own if row.first.certain]
        participant = told.unblindings.participants.of(number)
        yield ParticipantKnown(
            impacts=tuple(
                impact.impact for one in unblindings if one.participant == number for impact in one.impacts[-1:]
            ),
            known_by=tuple(row.first.person for row in sure),
            known_since=min((row.since for row in sure), default=None),
            may_be_known_by=tuple(row.first.person for row in own if not row.first.certain),
            number=number,
            site=told.subjects.sites.get(number),
            treatment="not_started" if participant is None else participant.treatment,
            ways=tuple(sorted({row.first.how for row in own})),
        )
