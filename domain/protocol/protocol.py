"""The protocol as its stream tells it: versions, criteria with rules and readings, consent documents, visits."""

from datetime import date
from typing import Self
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.eligibility.rule import Rule, Unresolved
from domain.protocol.facts import (
    ConsentVersionIssued,
    CriterionRecorded,
    InterpretationApproved,
    InterpretationProposed,
    PlannedVisit,
    ProtocolVersionApproved,
    RuleCoded,
)
from domain.record import Entry
from domain.trial.trial import APPROVERS_NEEDED
from domain.values import Value


class Reading(Value):
    """A proposed interpretation and who approved it so far."""

    event: UUID
    fact: InterpretationProposed
    by: str
    approvers: tuple[str, ...]

    @property
    def approved(self) -> bool:
        """Two named persons approved."""
        return len(self.approvers) >= APPROVERS_NEEDED

    def holds_at(self, site: str, day: date) -> bool:
        """Approved, and effective at that site on that day."""
        covered = self.fact.sites is None or site in self.fact.sites
        return self.approved and covered and self.fact.effective.latest <= day


class Criterion(Value):
    """A criterion with the rule that checks it."""

    fact: CriterionRecorded
    rule: Rule
    rule_version: int


class Protocol(Aggregate):
    """Everything the protocol says that rules compute with."""

    versions: tuple[ProtocolVersionApproved, ...]
    criteria: tuple[Criterion, ...]
    readings: tuple[Reading, ...]
    documents: tuple[ConsentVersionIssued, ...]

    @classmethod
    def start(cls) -> Self:
        """No protocol yet."""
        return cls(version=0, versions=(), criteria=(), readings=(), documents=())

    def after(self, entry: Entry) -> Self:
        """The protocol after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case ProtocolVersionApproved() as fact:
                return msgspec.structs.replace(new, versions=(*self.versions, fact))
            case ConsentVersionIssued() as fact:
                return msgspec.structs.replace(new, documents=(*self.documents, fact))
            case CriterionRecorded() as fact:
                criterion = Criterion(fact=fact, rule=Unresolved(), rule_version=0)
                return msgspec.structs.replace(new, criteria=(*self.criteria, criterion))
            case RuleCoded() as fact:
                criteria = tuple(
                    msgspec.structs.replace(c, rule=fact.rule, rule_version=fact.rule_version)
                    if c.fact.criterion == fact.criterion
                    else c
                    for c in self.criteria
                )
                return msgspec.structs.replace(new, criteria=criteria)
            case InterpretationProposed() as fact:
                reading = Reading(event=entry.body.event_id, fact=fact, by=entry.body.actor, approvers=())
                return msgspec.structs.replace(new, readings=(*self.readings, reading))
            case InterpretationApproved(proposal=approved):
                readings = tuple(
                    msgspec.structs.replace(r, approvers=(*r.approvers, entry.body.actor)) if r.event == approved else r
                    for r in self.readings
                )
                return msgspec.structs.replace(new, readings=readings)
            case _:
                return new

    def criterion(self, code: str) -> Criterion | None:
        """The criterion of that code."""
        return next((c for c in self.criteria if c.fact.criterion == code), None)

    def reading(self, criterion: str, site: str, day: date) -> Reading | None:
        """The reading in force for a criterion at a site on a day: the latest effective, of two the later proposed."""
        found = [r for r in self.readings if r.fact.criterion == criterion and r.holds_at(site, day)]
        return max(reversed(found), key=lambda r: r.fact.effective.latest) if found else None

    def rule_for(self, criterion: Criterion, site: str, day: date) -> tuple[Rule, str | None]:
        """The rule to check by, and the interpretation it comes from."""
        reading = self.reading(criterion.fact.criterion, site, day)
        return (criterion.rule, None) if reading is None else (reading.fact.rule, reading.fact.interpretation)

    def rule_of(self, criterion: Criterion, interpretation: str | None) -> Rule:
        """The criterion's rule as that interpretation reads it, whether or not it is in force now."""
        read = (r.fact.rule for r in self.readings if r.fact.interpretation == interpretation)
        return next(read, criterion.rule)

    @property
    def leaves(self) -> tuple[Criterion, ...]:
        """The criteria that are judged: those without parts."""
        parents = {c.fact.parent for c in self.criteria}
        return tuple(c for c in self.criteria if c.fact.criterion not in parents)

    @property
    def unread(self) -> tuple[str, ...]:
        """Criteria whose wording is unresolved and has no approved reading yet."""
        read = {r.fact.criterion for r in self.readings if r.approved}
        return tuple(
            c.fact.criterion for c in self.leaves if isinstance(c.rule, Unresolved) and c.fact.criterion not in read
        )

    def has_version(self, version: str) -> bool:
        """The sponsor approved that version."""
        return self.named(version) is not None

    def named(self, version: str | None) -> ProtocolVersionApproved | None:
        """The version of that name; None is no version in force."""
        return next((v for v in self.versions if v.version == version), None)

    def may_precede_consent(self, procedure: str, version: str | None) -> bool:
        """That version names the procedure among what may be done before consent."""
        found = self.named(version)
        return found is not None and procedure in found.before_consent

    def visit(self, code: str, version: str | None) -> PlannedVisit | None:
        """A visit of that version's schedule."""
        found = self.named(version)
        return next((v for v in found.visits if v.visit == code), None) if found else None

    def reuse_days(self, version: str | None) -> int | None:
        """How many days before a re-screening a result may lie to be used again, as that version says."""
        found = self.named(version)
        return found.reuse_days if found else None

    def asks_again(self, document: str, version: str, language: str) -> bool:
        """Whether that version of a consent document asks those who consented earlier to consent again."""
        wanted = (document, version, language)
        return any((d.document, d.version, d.language) == wanted and d.reconsent_needed for d in self.documents)
