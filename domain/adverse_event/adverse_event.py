"""An adverse event case as its stream tells it: versions, what each side judged, and every anchor ever named."""

from typing import Literal, Self

import msgspec

from domain.adverse_event.facts import (
    AdverseEventReported,
    AwarenessCorrected,
    CaseNullified,
    CausalityAssessed,
    ExpectednessAssessed,
    FollowUpReceived,
    ReceivedBySponsor,
    SeriousnessAssessed,
    Side,
)
from domain.aggregate import Aggregate
from domain.record import Entry
from domain.times import Occurred
from domain.values import Value

AnchorName = Literal["site_awareness", "sponsor_receipt"]


class Opinions(Value):
    """The last word of each side on one question; None is not judged yet."""

    investigator: bool | None
    sponsor: bool | None

    def said(self, side: Side, answer: bool) -> Self:
        """One side's word changed; the other side's stands beside it."""
        if side == "investigator":
            return msgspec.structs.replace(self, investigator=answer)
        return msgspec.structs.replace(self, sponsor=answer)

    @property
    def either(self) -> bool | None:
        """Yes as soon as one side says so; no when nobody does and somebody said no; else not known."""
        words = {self.investigator, self.sponsor}
        if True in words:
            return True
        return False if False in words else None


UNJUDGED = Opinions(investigator=None, sponsor=None)


class Anchor(Value):
    """A moment that clocks start from, as first named or as named by a correction."""

    name: AnchorName
    occurred: Occurred
    is_correction: bool


class AdverseEvent(Aggregate):
    """One case about one participant; version 1 is the report, each follow-up the next.

    What the report says about seriousness stands for the investigator's word until the investigator judges.
    """

    participant: str
    case_version: int
    seriousness: Opinions
    causality: Opinions
    expected: bool | None
    anchors: tuple[Anchor, ...]
    nullified: bool

    @classmethod
    def start(cls) -> Self:
        """Nothing reported yet."""
        return cls(
            version=0,
            participant="",
            case_version=0,
            seriousness=UNJUDGED,
            causality=UNJUDGED,
            expected=None,
            anchors=(),
            nullified=False,
        )

    def after(self, entry: Entry) -> Self:
        """The case after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case AdverseEventReported() as fact:
                return msgspec.structs.replace(
                    new,
                    participant=fact.participant,
                    case_version=1,
                    seriousness=msgspec.structs.replace(UNJUDGED, investigator=fact.serious),
                    anchors=() if fact.aware_at is None else (first("site_awareness", fact.aware_at),),
                )
            case FollowUpReceived(version=case_version):
                return msgspec.structs.replace(new, case_version=case_version)
            case SeriousnessAssessed(side=side, serious=serious):
                return msgspec.structs.replace(new, seriousness=self.seriousness.said(side, serious))
            case CausalityAssessed(side=side, related=related):
                return msgspec.structs.replace(new, causality=self.causality.said(side, related))
            case ExpectednessAssessed(expected=expected):
                return msgspec.structs.replace(new, expected=expected)
            case ReceivedBySponsor():
                received = first("sponsor_receipt", entry.body.occurred_at)
                return msgspec.structs.replace(new, anchors=(*self.anchors, received))
            case AwarenessCorrected(anchor=name, aware_at=aware_at):
                corrected = Anchor(name=name, occurred=aware_at, is_correction=True)
                return msgspec.structs.replace(new, anchors=(*self.anchors, corrected))
            case CaseNullified():
                return msgspec.structs.replace(new, nullified=True)
            case _:
                return new

    @property
    def reported(self) -> bool:
        """A report stands: the case is about somebody."""
        return self.participant != ""

    @property
    def related(self) -> bool:
        """Counts as related unless both sides said no: a missing judgement is the worse (Annex III 2.1)."""
        return self.causality.investigator is not False or self.causality.sponsor is not False

    @property
    def unexpected(self) -> bool:
        """Counts as unexpected until the sponsor judged it expected."""
        return self.expected is not True

    def anchor(self, name: AnchorName) -> Occurred | None:
        """The anchor that holds: the last correction, else the first that was named."""
        named = [anchor for anchor in self.anchors if anchor.name == name]
        corrections = [anchor for anchor in named if anchor.is_correction]
        holding = next(iter((*corrections[-1:], *named)), None)
        return None if holding is None else holding.occurred


def first(name: AnchorName, occurred: Occurred) -> Anchor:
    """An anchor as it was first named."""
    return Anchor(name=name, occurred=occurred, is_correction=False)
