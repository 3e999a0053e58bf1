"""What one entry of a ledger is: a fact, its context, and the frame that the ledger put around them."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar
from uuid import UUID

from msgspec import Meta

from domain.fields import SealedText
from domain.times import Occurred
from domain.values import Bytes16, Code, Name, Value

Instant = Annotated[datetime, Meta(tz=True)]
Strength = Literal["asserted", "emergency", "machine", "passkey", "password_totp", "single_sign_on"]
"""How the actor was authenticated. `asserted` stands in old demonstration ledgers only: nobody is believed so now.

`machine` is a service account by its own key, or the product itself; `emergency` opens the code break and nothing else.
"""
SourceKind = Literal["direct", "transcribed", "transferred", "migrated", "derived"]
"""`derived` marks what a rule found by itself, such as a machine-made deviation."""


class Fact(Value):
    """Something that happened, as its payload only: who, when and why stand in the context beside it."""


class Authority(Value):
    """Why the actor was allowed: decided by the gate alone, stored so that anyone can decide it again."""

    grant: Code
    rule: Code
    system_position: int
    table_version: Code


class Performer(Value):
    """Who did the act, as named by the actor; None is UNKNOWN."""

    person: Name | None
    role: Code | None


class Context(Value):
    """All that an inspector asks of an entry besides what happened (21 CFR 11.10(e), EMA 2023 6.2.1)."""

    actor: Name
    authority: Authority
    causation: UUID | None
    clock_reading: Instant
    command_id: UUID
    correlation: UUID
    event_id: UUID
    occurred_at: Occurred
    on_behalf_of: Name | None
    organisation: Name
    originator: Name
    performer: Performer
    printed_name: Name
    protocol_version: Code | None
    reason_code: Code | None
    reason_text: SealedText[Any] | None
    role: Code
    salt: Bytes16
    session: Name | None
    software_version: Code
    source_kind: SourceKind
    source_ref: Name | None
    strength: Strength


F = TypeVar("F")


class Body(Context, Generic[F]):
    """The canonical part B of an entry: context and payload, fixed before the head is held."""

    payload: F


class Frame(Value):
    """Where and when the ledger recorded it."""

    ledger: Name
    position: int
    recorded_at: Instant
    schema: Code
    stream: Name
    type: Code
    version: int


class Recorded(Value, Generic[F]):
    """One entry of a ledger, as read back; the input of every fold."""

    body: Body[F]
    frame: Frame

    @property
    def fact(self) -> F:
        """What happened."""
        return self.body.payload

    @property
    def originator_id(self) -> str:
        """The stream, under the event store's name for it."""
        return self.frame.stream

    @property
    def originator_version(self) -> int:
        """The stream version, under the event store's name for it."""
        return self.frame.version


Entry: TypeAlias = Recorded[Any]
