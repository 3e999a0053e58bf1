"""Facts about the protocol. Criterion and interpretation texts are Open: bounded, and about no person."""

from typing import Literal
from uuid import UUID

from domain.catalogue import Retention, recorded_as
from domain.eligibility.rule import Rule
from domain.fields import Open
from domain.record import Fact
from domain.values import Code, Hex64, PartialDate, Text, Value

ChangeKind = Literal["initial", "clarification", "substantial"]


class PlannedVisit(Value):
    """A visit of the schedule: its target day after the first treatment and the days allowed before and after."""

    days_after: int
    days_before: int
    target_day: int
    visit: Code


@recorded_as("protocol.version_approved.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.6")
class ProtocolVersionApproved(Fact):
    """A protocol version was approved by the sponsor; it takes effect per site and date.

    `before_consent` names the procedures that may be done before consent; `reuse_days` says how many days before
    a re-screening a result may lie to be used again (None: the protocol says nothing, and nothing is).
    """

    before_consent: Open[tuple[Code, ...]]
    change: Open[ChangeKind]
    digest: Open[Hex64]
    references: Open[Text]
    reuse_days: Open[int | None]
    summary: Open[Text]
    version: Open[Code]
    visits: Open[tuple[PlannedVisit, ...]]


@recorded_as("protocol.consent_version_issued.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 2.8")
class ConsentVersionIssued(Fact):
    """A version of the consent document exists, in a language; sites approve it for themselves."""

    digest: Open[Hex64]
    document: Open[Code]
    language: Open[Code]
    reconsent_needed: Open[bool]
    version: Open[Code]


@recorded_as("protocol.criterion_recorded.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) B.5")
class CriterionRecorded(Fact):
    """A criterion, word for word, with its hash; `parent` where it is one part of a compound criterion."""

    criterion: Open[Code]
    kind: Open[Literal["inclusion", "exclusion"]]
    ordinal: Open[int]
    parent: Open[Code | None]
    scope: Open[Code | None]
    sha256: Open[Hex64]
    verbatim: Open[Text]


@recorded_as("protocol.rule_coded.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) B.5")
class RuleCoded(Fact):
    """The rule that a criterion is checked by: for an exclusion, YES means the criterion applies."""

    criterion: Open[Code]
    note: Open[Text]
    rule: Open[Rule]
    rule_version: Open[int]


@recorded_as("protocol.interpretation_proposed.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.6")
class InterpretationProposed(Fact):
    """How an unclear criterion should be read: the question, the options, the choice and why."""

    change: Open[Literal["clarification", "substantial"]]
    change_judged_by: Open[Code]
    choice: Open[Text]
    criterion: Open[Code]
    effective: Open[PartialDate]
    interpretation: Open[Code]
    options: Open[tuple[Text, ...]]
    question: Open[Text]
    rationale: Open[Text]
    references: Open[Text]
    rule: Open[Rule]
    sites: Open[tuple[Code, ...] | None]


@recorded_as("protocol.interpretation_approved.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.6")
class InterpretationApproved(Fact):
    """A named approver, not the proposer, approves a reading; two are needed."""

    interpretation: Open[Code]
    proposal: Open[UUID]
