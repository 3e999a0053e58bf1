"""Commands about the protocol: versions, consent documents, criteria, rules, interpretations."""

from typing import Annotated, Literal

from pydantic import Field

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.input import Code, DateGiven, Digest, PublicText, RuleGiven
from domain.protocol.facts import (
    ChangeKind,
    ConsentVersionIssued,
    CriterionRecorded,
    InterpretationApproved,
    InterpretationProposed,
    PlannedVisit,
    ProtocolVersionApproved,
    RuleCoded,
)
from domain.protocol.protocol import Criterion, Protocol
from domain.refusals import not_in_order, same_person
from domain.trial.commands import Part, TrialCommand

Days = Annotated[int, Field(ge=0, le=10_000)]


class ProtocolCommand(TrialCommand):
    """A command about the protocol of a registered trial."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial and its protocol."""
        return (streams.trial(room.trial), streams.protocol(room.trial))

    def protocol(self, room: Room) -> Protocol:
        """The protocol of a trial that exists."""
        self.trial(room)
        return room.get(Protocol, streams.protocol(room.trial))

    def known_criterion(self, room: Room, code: str) -> Criterion:
        """The criterion; Refusal when it was never recorded."""
        found = self.protocol(room).criterion(code)
        if found is None:
            raise not_in_order(
                "no_such_criterion",
                f"The protocol has no criterion {code}.",
                "Record it first, word for word.",
                rule="criterion-must-be-recorded",
            )
        return found


class VisitPart(Part):
    """A planned visit, in days after the first treatment."""

    days_after: Days
    days_before: Days
    target_day: Days
    visit: Code


@command("approve_protocol_version")
class ApproveProtocolVersion(ProtocolCommand):
    """Record a protocol version that the sponsor approved."""

    before_consent: tuple[Code, ...] = ()
    change: ChangeKind
    digest: Digest
    references: PublicText
    reuse_days: Days | None = None
    summary: PublicText
    version: Code
    visits: tuple[VisitPart, ...] = ()

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a version name twice."""
        if self.protocol(room).has_version(self.version):
            raise not_in_order(
                "version_exists",
                f"Protocol version {self.version} is recorded already.",
                "Give the new version a new name.",
                rule="version-names-are-unique",
            )
        fact = ProtocolVersionApproved(
            before_consent=self.before_consent,
            change=self.change,
            digest=self.digest,
            references=self.references,
            reuse_days=self.reuse_days,
            summary=self.summary,
            version=self.version,
            visits=tuple(
                PlannedVisit(days_after=v.days_after, days_before=v.days_before, target_day=v.target_day, visit=v.visit)
                for v in self.visits
            ),
        )
        return (given.fact(streams.protocol(given.trial), fact),)


@command("issue_consent_version")
class IssueConsentVersion(ProtocolCommand):
    """Record a version of the consent document."""

    digest: Digest
    document: Code
    language: Code
    reconsent_needed: bool = False
    version: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse the same document, version and language twice."""
        key = (self.document, self.version, self.language)
        if key in {(d.document, d.version, d.language) for d in self.protocol(room).documents}:
            raise not_in_order(
                "version_exists",
                f"{self.document} {self.version} ({self.language}) is recorded already.",
                "Give the new version a new name.",
                rule="version-names-are-unique",
            )
        fact = ConsentVersionIssued(
            digest=self.digest,
            document=self.document,
            language=self.language,
            reconsent_needed=self.reconsent_needed,
            version=self.version,
        )
        return (given.fact(streams.protocol(given.trial), fact),)


@command("record_criterion")
class RecordCriterion(ProtocolCommand):
    """Record a criterion word for word; `scope` names the stratum it binds, None for everyone."""

    criterion: Code
    kind: Literal["inclusion", "exclusion"]
    ordinal: Annotated[int, Field(ge=1, le=1000)]
    parent: Code | None = None
    scope: Code | None = None
    sha256: Digest
    verbatim: PublicText

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a code twice, and a part of a criterion that is not there."""
        if self.protocol(room).criterion(self.criterion) is not None:
            raise not_in_order(
                "criterion_exists",
                f"There is a criterion {self.criterion} already.",
                "Give the new one its own code.",
                rule="criterion-codes-are-unique",
            )
        if self.parent is not None:
            self.known_criterion(room, self.parent)
        fact = CriterionRecorded(
            criterion=self.criterion,
            kind=self.kind,
            ordinal=self.ordinal,
            parent=self.parent,
            scope=self.scope,
            sha256=self.sha256,
            verbatim=self.verbatim,
        )
        return (given.fact(streams.protocol(given.trial), fact),)


@command("code_rule")
class CodeRule(ProtocolCommand):
    """Say how a criterion is checked; for an exclusion, YES means that it applies."""

    criterion: Code
    note: PublicText
    rule: RuleGiven

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """The next version of the criterion's rule."""
        version = self.known_criterion(room, self.criterion).rule_version + 1
        fact = RuleCoded(criterion=self.criterion, note=self.note, rule=self.rule, rule_version=version)
        return (given.fact(streams.protocol(given.trial), fact),)


@command("propose_interpretation")
class ProposeInterpretation(ProtocolCommand):
    """Propose how an unclear criterion should be read, effective from a day, at some sites or all."""

    change: Literal["clarification", "substantial"]
    change_judged_by: Code
    choice: PublicText
    criterion: Code
    effective: DateGiven
    interpretation: Code
    options: tuple[PublicText, ...]
    question: PublicText
    rationale: PublicText
    references: PublicText
    rule: RuleGiven
    sites: tuple[Code, ...] | None = None

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a reading of nothing, and a code twice."""
        self.known_criterion(room, self.criterion)
        if any(r.fact.interpretation == self.interpretation for r in self.protocol(room).readings):
            raise not_in_order(
                "interpretation_exists",
                f"There is an interpretation {self.interpretation} already.",
                "Give the new one its own code; the old one stays visible.",
                rule="interpretation-codes-are-unique",
            )
        fact = InterpretationProposed(
            change=self.change,
            change_judged_by=self.change_judged_by,
            choice=self.choice,
            criterion=self.criterion,
            effective=self.effective,
            interpretation=self.interpretation,
            options=self.options,
            question=self.question,
            rationale=self.rationale,
            references=self.references,
            rule=self.rule,
            sites=self.sites,
        )
        return (given.fact(streams.protocol(given.trial), fact),)


@command("approve_interpretation")
class ApproveInterpretation(ProtocolCommand):
    """Approve a reading; two named persons, neither the proposer."""

    interpretation: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse where nothing is proposed, and every second role of one person."""
        found = [r for r in self.protocol(room).readings if r.fact.interpretation == self.interpretation]
        if not found:
            raise not_in_order(
                "nothing_proposed",
                f"Nobody has proposed an interpretation {self.interpretation}.",
                "Propose it with `propose_interpretation`.",
                rule="approval-needs-a-proposal",
            )
        if given.actor.person in (found[-1].by, *found[-1].approvers):
            raise same_person(
                f"{given.actor.person} has proposed or approved {self.interpretation} already.",
                rule="two-distinct-approvers",
            )
        fact = InterpretationApproved(interpretation=self.interpretation, proposal=found[-1].event)
        return (given.fact(streams.protocol(given.trial), fact),)
