"""What the rules of planned unblinding need to know: the plan, the analysis sets, the reveal, an interim analysis."""

from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.record import Entry
from domain.release.facts import (
    AnalysisPlanRecorded,
    AnalysisSetsFixed,
    ExclusionDecided,
    InterimApproved,
    InterimDelivered,
    InterimRequested,
    PublicationDecided,
    RandomisationRevealed,
    RevealRequested,
)
from domain.values import Value


class Act(Value):
    """Somebody did something at a position of the trial ledger."""

    event: UUID
    by: str
    position: int


class PlanVersion(Value):
    """One version of the statistical analysis plan."""

    act: Act
    version: str


class AnalysisPlan(Aggregate):
    """The versions of the plan, oldest first."""

    versions: tuple[PlanVersion, ...]

    @classmethod
    def start(cls) -> Self:
        """No plan."""
        return cls(version=0, versions=())

    def after(self, entry: Entry) -> Self:
        """The plan after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case AnalysisPlanRecorded(version=version):
                recorded = PlanVersion(act=act_of(entry), version=version)
                return msgspec.structs.replace(new, versions=(*self.versions, recorded))
            case _:
                return new

    def at(self, position: int) -> Act | None:
        """The version in force at a position."""
        return next((one.act for one in reversed(self.versions) if one.act.position <= position), None)


class AnalysisSets(Aggregate):
    """Who is left out of which set, and whether all is decided: an exclusion that comes later opens it again."""

    excluded: tuple[tuple[str, str], ...]
    fixed: Act | None

    @classmethod
    def start(cls) -> Self:
        """Nobody is left out, nothing is fixed."""
        return cls(version=0, excluded=(), fixed=None)

    def after(self, entry: Entry) -> Self:
        """The sets after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case ExclusionDecided() as fact:
                excluded = (*self.excluded, (fact.analysis_set, fact.participant))
                return msgspec.structs.replace(new, excluded=excluded, fixed=None)
            case AnalysisSetsFixed():
                return msgspec.structs.replace(new, fixed=act_of(entry))
            case _:
                return new


class RevealWish(Value):
    """A reveal that one officer asked for, waiting for the second."""

    act: Act
    recipients: tuple[str, ...]


class Revealed(Value):
    """A reveal that two officers agreed on."""

    act: Act
    recipients: tuple[str, ...]


class Reveal(Aggregate):
    """The planned unblinding, as often as it was extended to further recipients."""

    wish: RevealWish | None
    revealed: tuple[Revealed, ...]
    published: bool

    @classmethod
    def start(cls) -> Self:
        """Nothing asked for."""
        return cls(version=0, wish=None, revealed=(), published=False)

    def after(self, entry: Entry) -> Self:
        """The reveal after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case RevealRequested(recipients=recipients):
                return msgspec.structs.replace(new, wish=RevealWish(act=act_of(entry), recipients=recipients))
            case RandomisationRevealed(recipients=recipients):
                revealed = Revealed(act=act_of(entry), recipients=recipients)
                return msgspec.structs.replace(new, wish=None, revealed=(*self.revealed, revealed))
            case PublicationDecided():
                return msgspec.structs.replace(new, published=True)
            case _:
                return new

    def naming(self, recipient: str) -> Act | None:
        """The last reveal that names this recipient."""
        return next((one.act for one in reversed(self.revealed) if recipient in one.recipients), None)


class Interim(Aggregate):
    """One interim analysis: asked for, approved by two, handed over."""

    request: Act | None
    recipient: str
    expires: datetime | None
    up_to: int
    approvals: tuple[Act, ...]
    delivered: int

    @classmethod
    def start(cls) -> Self:
        """Nothing asked for."""
        return cls(version=0, request=None, recipient="", expires=None, up_to=0, approvals=(), delivered=0)

    def after(self, entry: Entry) -> Self:
        """The interim analysis after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case InterimRequested() as fact:
                return msgspec.structs.replace(
                    new,
                    request=act_of(entry),
                    recipient=fact.recipient,
                    expires=fact.expires,
                    up_to=fact.up_to,
                    approvals=(),
                    delivered=0,
                )
            case InterimApproved():
                return msgspec.structs.replace(new, approvals=(*self.approvals, act_of(entry)))
            case InterimDelivered():
                return msgspec.structs.replace(new, delivered=self.delivered + 1)
            case _:
                return new

    def is_over(self, now: datetime) -> bool:
        """Its time is over: what was not handed over by then is not any more."""
        return self.expires is not None and now >= self.expires


class Releases(Aggregate):
    """The packages that were handed over; rules ask only how many, so that none is lost."""

    @classmethod
    def start(cls) -> Self:
        """None."""
        return cls(version=0)

    def after(self, entry: Entry) -> Self:
        """One more."""
        return self.at_version(entry.frame.version)


def act_of(entry: Entry) -> Act:
    """Who did it, and where it stands."""
    return Act(event=entry.body.event_id, by=entry.body.actor, position=entry.frame.position)
