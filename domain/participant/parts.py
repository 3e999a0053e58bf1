"""What a participant's state is made of: each part with the entry or the claimed time behind it."""

from datetime import datetime
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from domain.eligibility.rule import FactValue, Result
from domain.participant.facts import Allocated, ConsentScope, CriterionResult
from domain.times import Occurred, Order
from domain.values import Value

TreatmentState = Literal["not_started", "on", "interrupted", "stopped", "completed"]
FollowUpState = Literal["not_started", "in", "completed", "left", "lost"]
VitalState = Literal["unknown", "alive", "dead"]


class Consent(Value):
    """Consent as given once."""

    event: UUID
    document: str
    language: str
    version: str
    scopes: tuple[ConsentScope, ...]
    occurred: Occurred


class Withdrawal(Value):
    """Consent for one scope taken back."""

    scope: ConsentScope
    occurred: Occurred


class KnownFact(Value):
    """A typed fact with the entry behind it."""

    event: UUID
    fact: str
    value: FactValue
    occurred: Occurred


class Judgement(Value):
    """What the investigator judged on a criterion."""

    criterion: str
    result: Result
    event: UUID


class EligibilityDecision(Value):
    """The decision, when it was recorded, by whom, and on which results."""

    eligible: bool
    event: UUID
    by: str
    recorded_at: datetime
    results: tuple[CriterionResult, ...]


class Act(Value):
    """Something that needs consent before it."""

    event: UUID
    kind: Literal["procedure", "treatment", "visit"]
    code: str
    occurred: Occurred


class Allocation(Value):
    """The allocation as a blinded reader knows it."""

    event: UUID
    fact: Allocated
    occurred: Occurred


class TreatmentChange(Value):
    """Treatment changed its state."""

    state: Literal["on", "interrupted", "stopped", "completed"]
    occurred: Occurred


class FollowUpChange(Value):
    """Follow-up changed its state."""

    state: Literal["in", "completed", "left", "lost"]
    occurred: Occurred


class VitalRecord(Value):
    """Alive or dead as of a time, or not known."""

    status: VitalState
    occurred: Occurred


class Timed(Protocol):
    """Something with a claimed time."""

    @property
    def occurred(self) -> Occurred:
        """When, as claimed."""
        ...


T = TypeVar("T", bound=Timed)


def in_order(rows: tuple[T, ...], row: T) -> tuple[T, ...]:
    """The rows with one more, where it belongs by its claimed time: later knowledge about earlier days is accepted."""
    count = len(rows)
    while count and rows[count - 1].occurred.earliest > row.occurred.earliest:
        count -= 1
    return (*rows[:count], row, *rows[count:])


def holding_at(rows: tuple[T, ...], occurred: Occurred) -> T | None:
    """The last of the rows, in order, that held (or may have held) at a time."""
    return next((row for row in reversed(rows) if occurred.order(row.occurred) is not Order.BEFORE), None)
