"""Who knows which participant's arm, since when and how, and which assessments that touches. No arm stands here."""

from datetime import datetime
from typing import Final, Literal

from domain.people.roles import Clearance, Role
from domain.record import Instant
from domain.values import Code, Name, Value
from projections.fold import Moment, Person
from projections.participant_rows import TreatmentState
from projections.unblinding_rows import Impact

How = Literal[
    "emergency", "routine", "susar", "accident", "passed_on", "looked", "interim", "planned", "authorised",
    "unblinded_report", "vault_read", "clearance",
]  # fmt: skip
"""The way to the knowledge; `passed_on`: who handed the arm to a recipient saw it too."""
Reach = Literal["one", "allocated_by_then", "all", "not_told"]
"""Whose arm: one participant's, of all allocated up to then, of all, or nobody knows whose."""
Order = Literal["after", "unclear", "recorded_after"]
"""How an assessment stands to the knowledge: surely after it; the times do not tell; made before, recorded after."""
AssessmentKind = Literal[
    "seriousness", "causality", "expectedness", "criterion", "eligibility", "visit_outcome", "deviation_grading",
    "sign_off", "analysis_set",
]  # fmt: skip
ORDERS: Final[tuple[Order, ...]] = ("after", "unclear", "recorded_after")
"""The plainest first."""


class Way(Value):
    """One way on which a person came to know, or may have come to know, between two instants that may be one."""

    behind: Moment
    certain: bool
    earliest: Instant
    how: How
    latest: Instant
    ledger: Literal["trial", "access", "system"]
    outside: bool
    participant: Code | None
    person: Name
    reach: Reach
    request: Code | None


class Known(Value):
    """What one person knows of one participant (None: as `reach` says), since the first way; `again` counts the others.

    What somebody surely knows and what somebody may know are two rows, each with a date of its own.
    """

    again: int
    first: Way
    site: Code | None

    @property
    def since(self) -> datetime:
        """The date of knowledge."""
        return self.first.latest


class Held(Value):
    """A role in the trial, with its clearance, from and to when it was held."""

    behind: Moment
    clearance: Clearance
    ends: Instant | None
    grant: Code
    organisation: Name | None
    person: Code
    printed_name: Name | None
    role: Role
    sites: tuple[Code, ...] | None
    starts: Instant

    def holds_at(self, instant: datetime) -> bool:
        """Whether it is held at that instant."""
        return self.starts <= instant and (self.ends is None or instant < self.ends)

    def covers(self, site: str | None) -> bool:
        """Whether it reaches that site; None for what belongs to no site."""
        return self.sites is None or site is None or site in self.sites


class Assessment(Value):
    """A judgement that is meant to be made blind."""

    behind: Moment
    by: Person
    kind: AssessmentKind
    participant: Code | None
    performer: Name | None
    record_id: str
    record_type: str
    stream: Name


class Flag(Value):
    """An assessment by somebody who knew, or may have known, the arm: not refused, flagged, and offered to `others`."""

    assessment: Assessment
    first: Way
    order: Order
    others: tuple[Code, ...]
    participant: Code
    person: Name
    site: Code | None


class ParticipantKnown(Value):
    """One allocated participant, and who knows: surely, and perhaps; how many is not how often."""

    impacts: tuple[Impact, ...]
    known_by: tuple[Name, ...]
    known_since: Instant | None
    may_be_known_by: tuple[Name, ...]
    number: Code
    site: Code | None
    treatment: TreatmentState
    ways: tuple[How, ...]


class KnowledgeView(Value):
    """The ledger of knowledge; clearances and offers need the system ledger, looks the access ledger."""

    flags: tuple[Flag, ...]
    held: tuple[Held, ...]
    known: tuple[Known, ...]
    participants: tuple[ParticipantKnown, ...]
    reads_access: bool
    reads_system: bool

    @property
    def cleared(self) -> tuple[Held, ...]:
        """Who may know everything by clearance, from when to when."""
        return tuple(held for held in self.held if held.clearance == "unblinded")
