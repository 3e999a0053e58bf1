"""What the key store records of a code-break when the ledger cannot: all that the late entry needs, and no arm."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from domain.record import Instant, Strength
from domain.unblinding.facts import Flag
from domain.values import Code, Hex64, Name, Value

Cause = Literal["storage_full", "storage_unavailable", "in_doubt", "conflict", "damaged", "too_slow", "drill"]
"""Why the ledger did not take it."""


class EmergencyRecord(Value, array_like=True):
    """One code-break, durable before anything was shown. `repeated`: the sender had been told by the ledger before.

    `digest` recognises the command when it comes again, in hex; `trial_position` and `system_position` are up to
    where the ledgers were read. `drill`: no participant, and a key that opens nothing of anybody's.
    """

    allocation: UUID | None
    cause: Cause
    channel: Literal["investigator", "code_break_desk"]
    command_id: UUID
    digest: Hex64
    disclosed_at: Instant
    drill: bool
    flags: tuple[Flag, ...]
    grant: Code
    key: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    occurred: str
    originator: Name
    participant: Code
    person: Code
    reason_code: Code
    recipient: Name
    repeated: bool
    request: Code
    role: Code
    session: Name
    strength: Strength
    system_position: int
    trial: Code
    trial_position: int


class Noted(Value):
    """A record with its number in the key store's own log, and the chain up to it."""

    chain: Hex64
    number: int
    record: EmergencyRecord
