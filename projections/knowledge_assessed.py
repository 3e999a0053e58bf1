"""Which entries are assessments to be made blind, which of them somebody made who knew, and who could judge instead."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from domain.adverse_event.facts import CausalityAssessed, ExpectednessAssessed, SeriousnessAssessed
from domain.deviation.facts import DeviationGraded
from domain.participant.conduct_facts import SignedOff, VisitRecorded
from domain.participant.facts import CriterionJudged, EligibilityDecided
from domain.people.roles import SITE_ROLES, Role
from domain.record import Entry, Fact
from domain.release.facts import ExclusionDecided
from projections.fold import Moment, latest, moment, place, sender
from projections.knowledge_rows import ORDERS, Assessment, AssessmentKind, Flag, Held, Order, Way

_PHYSICIANS: Final[frozenset[Role]] = frozenset({"investigator", "sub_investigator"})
_SAFETY: Final[frozenset[Role]] = frozenset({"safety_physician", "medical_monitor"})


class Assessed(NamedTuple):
    """What a fact assesses, and the roles that may do that (as the gate has them)."""

    kind: AssessmentKind
    roles: frozenset[Role]


ASSESSED: Final[Mapping[type[Fact], Assessed]] = {
    CausalityAssessed: Assessed("causality", _PHYSICIANS | _SAFETY),
    CriterionJudged: Assessed("criterion", _PHYSICIANS),
    DeviationGraded: Assessed("deviation_grading", frozenset({"medical_monitor", "sponsor_lead"})),
    EligibilityDecided: Assessed("eligibility", _PHYSICIANS),
    ExclusionDecided: Assessed("analysis_set", frozenset({"statistician", "medical_monitor"})),
    ExpectednessAssessed: Assessed("expectedness", _SAFETY),
    SeriousnessAssessed: Assessed("seriousness", _PHYSICIANS | _SAFETY),
    SignedOff: Assessed("sign_off", frozenset({"investigator"})),
    VisitRecorded: Assessed("visit_outcome", SITE_ROLES),
}
_ROLES: Final[Mapping[AssessmentKind, frozenset[Role]]] = {each.kind: each.roles for each in ASSESSED.values()}


def assessment_of(entry: Entry) -> Assessment | None:
    """The assessment that an entry is; None for every other entry."""
    kind: type[Fact] = entry.fact.__class__
    assessed = ASSESSED.get(kind)
    if assessed is None:
        return None
    record_type, record_id = place(entry.frame.stream)
    return Assessment(
        behind=moment(entry),
        by=sender(entry),
        kind=assessed.kind,
        participant=entry.fact.participant if isinstance(entry.fact, ExclusionDecided) else None,
        performer=entry.body.performer.person,
        record_id=record_id,
        record_type=record_type,
        stream=entry.frame.stream,
    )


def flagged(made: Assessment, participant: str, site: str | None, ways: Iterable[Way]) -> Flag | None:
    """The flag of an assessment, by the plainest and surest knowledge of who made it; None where it was made blind."""
    who = {made.by.actor, made.by.printed_name, made.performer}
    found = [
        (ORDERS.index(order), not way.certain, way.latest, way.behind.position, way)
        for way in ways
        if way.person in who and (order := order_of(made.behind, way)) is not None
    ]
    if not found:
        return None
    rank, *_, way = min(found, key=lambda one: one[:4])
    return Flag(
        assessment=made,
        first=way,
        order=ORDERS[rank],
        others=(),
        participant=participant,
        person=way.person,
        site=site,
    )


def order_of(made: Moment, way: Way) -> Order | None:
    """How the assessment stands to the knowledge, by claimed times; None where it was made and recorded before."""
    if made.occurred_at.earliest >= way.latest:
        return "after"
    if latest(made.occurred_at) >= way.earliest:
        return "unclear"
    return "recorded_after" if made.recorded_at >= way.latest else None


def could_judge(flag: Flag, held: Iterable[Held]) -> Iterator[Held]:
    """Who holds a role, on the same side and for that site, that may make such an assessment."""
    on_site = flag.assessment.by.role in SITE_ROLES
    wanted = _ROLES[flag.assessment.kind]
    for one in held:
        if one.role in wanted and (one.role in SITE_ROLES) == on_site and one.covers(flag.site):
            yield one
