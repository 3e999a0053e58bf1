"""What is known of an adverse event case. Terms and narratives are sealed and stand nowhere here."""

from typing import Literal
from uuid import UUID

from domain.adverse_event.facts import Outcome, SeriousCriterion, Severity, Side, SuspectProduct
from domain.times import Occurred
from domain.values import Code, Name, PartialDate, Value
from projections.fold import Moment, Person

GRAVE: frozenset[SeriousCriterion] = frozenset({"death", "life_threatening"})
Predicate = Literal["serious", "suspected", "suspected_valid", "suspected_grave"]
"""What a case can be: serious; a suspected unexpected serious reaction known to the sponsor; one with the minimum
for a valid report; one that is fatal or life-threatening."""


class CaseReport(Value):
    """The first version of the case."""

    aware_at: Occurred | None
    behind: Moment
    by: Person
    criteria: tuple[SeriousCriterion, ...]
    has_narrative: bool
    onset: PartialDate | None
    participant: Code
    product: SuspectProduct | None
    reporter: Name
    serious: bool | None
    severity: Severity | None


class CaseVersion(Value):
    """A later version of the case."""

    behind: Moment
    by: Person
    ended: PartialDate | None
    has_narrative: bool
    outcome: Outcome
    severity: Severity | None
    version: int


class SeriousnessRow(Value):
    """One side's view on seriousness."""

    behind: Moment
    by: Person
    criteria: tuple[SeriousCriterion, ...]
    serious: bool
    side: Side


class CausalityRow(Value):
    """One side's view on causality; neither replaces the other."""

    behind: Moment
    by: Person
    related: bool
    side: Side


class ExpectednessRow(Value):
    """The sponsor's view on expectedness."""

    behind: Moment
    by: Person
    expected: bool
    reference: Name


class Coding(Value):
    """The term in a dictionary."""

    behind: Moment
    code: Code
    dictionary: Code
    dictionary_version: Code


class Receipt(Value):
    """The sponsor received the information."""

    behind: Moment
    channel: Name


class Awareness(Value):
    """The anchor of a clock was wrong."""

    anchor: Literal["site_awareness", "sponsor_receipt"]
    aware_at: Occurred
    behind: Moment


class FormerTime(Value):
    """What a corrected time of an entry said before; `pointer` tells which of its times."""

    behind: Moment
    pointer: Name
    target: UUID
    time: Occurred


class Met(Value):
    """A report that a clock asks for was submitted."""

    behind: Moment
    obligation: Code
    reference: Name


class Release(Value):
    """A narrative was released to blinded readers; `of` is the entry that holds the original."""

    behind: Moment
    by: Person
    of: UUID


class Span(Value):
    """From which entry to which entry the case was something."""

    since: Moment
    until: Moment | None
    what: Predicate


class Counts(Value):
    """What the case counts as: a missing judgement counts as the worse until it is made."""

    grave: bool
    related: bool
    serious: bool
    unexpected: bool

    @property
    def suspected(self) -> bool:
        """A suspected unexpected serious adverse reaction."""
        return self.serious and self.related and self.unexpected


class Case(Value):
    """A case with all its versions and judgements; lists stand in the order in which things happened."""

    case: Code
    awareness: tuple[Awareness, ...]
    causality: tuple[CausalityRow, ...]
    codings: tuple[Coding, ...]
    entries: tuple[Moment, ...]
    expectedness: tuple[ExpectednessRow, ...]
    former_times: tuple[FormerTime, ...]
    met: tuple[Met, ...]
    nullified: Moment | None
    receipts: tuple[Receipt, ...]
    releases: tuple[Release, ...]
    report: CaseReport | None
    seriousness: tuple[SeriousnessRow, ...]
    spans: tuple[Span, ...]
    versions: tuple[CaseVersion, ...]

    @property
    def participant(self) -> str | None:
        """Whom it is about."""
        return self.report.participant if self.report else None

    @property
    def outcome(self) -> Outcome:
        """The last known outcome."""
        return self.versions[-1].outcome if self.versions else "unknown"

    @property
    def severity(self) -> Severity | None:
        """The last known severity."""
        for version in reversed(self.versions):
            if version.severity is not None:
                return version.severity
        return self.report.severity if self.report else None

    def seriousness_by(self, side: Side) -> SeriousnessRow | None:
        """A side's last view on seriousness."""
        return next((row for row in reversed(self.seriousness) if row.side == side), None)

    def causality_by(self, side: Side) -> CausalityRow | None:
        """A side's last view on causality."""
        return next((row for row in reversed(self.causality) if row.side == side), None)

    @property
    def counts(self) -> Counts:
        """What the case counts as now."""
        views = [view for side in SIDES if (view := self.seriousness_by(side)) is not None]
        criteria = {criterion for view in views for criterion in view.criteria}
        stated = [view.serious for view in views]
        if self.report is not None and self.seriousness_by("investigator") is None:
            criteria |= set(self.report.criteria)
            stated += [self.report.serious] if self.report.serious is not None else []
        expected = self.expectedness[-1].expected if self.expectedness else False
        grave = bool(criteria & GRAVE) or self.outcome == "fatal"
        return Counts(
            grave=grave,
            related=any(view is None or view.related for view in map(self.causality_by, SIDES)),
            serious=grave or any(stated) or not stated,
            unexpected=not expected,
        )


SIDES: tuple[Side, ...] = ("investigator", "sponsor")


def unknown_case(case: str) -> Case:
    """Nothing is recorded under this case number yet."""
    return Case(
        case=case,
        awareness=(),
        causality=(),
        codings=(),
        entries=(),
        expectedness=(),
        former_times=(),
        met=(),
        nullified=None,
        receipts=(),
        releases=(),
        report=None,
        seriousness=(),
        spans=(),
        versions=(),
    )
