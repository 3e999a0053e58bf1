"""Facts about the escrow key of a trial's allocations, and about keys that are destroyed. No key stands here."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.record import Fact, Instant
from domain.values import Code, Hex64, Name, Value

KeyId = Annotated[str, Meta(max_length=32)]
"""The public id of a key, in hex; empty where nothing had been sealed under a scope."""


class EscrowPart(Value):
    """Which officer holds which part, and a salted commitment to it."""

    commitment: Hex64
    number: int
    officer: Name


@recorded_as("escrow.established.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.3.3")
class EscrowEstablished(Fact):
    """A key pair was made; the private half was split, handed to the officers and destroyed."""

    parts: Open[tuple[EscrowPart, ...]]
    public_key: Open[Hex64]
    threshold: Open[int]


@recorded_as("escrow.opened.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.3.3")
class EscrowOpened(Fact):
    """Two officers put the private half together for what another entry authorises.

    None: to make lost wraps again. Then this entry is the authority, and nobody is shown an arm.
    """

    authorised_by: Open[UUID | None]
    keys: Open[int]
    officers: Open[tuple[Name, ...]]


@recorded_as("participant_key.destroyed.v1", retention=Retention.PARTICIPANT_RECORD, predicate="GDPR Art. 17")
class ParticipantKeyDestroyed(Fact):
    """The key of a participant's sealed texts is to be destroyed, for ever; every proof stays as it is."""

    participant: Open[Code]


class KeyAct(Value):
    """A row of the key store's own log: which key was taken out or destroyed, when, by which entry's authority.

    `found_in` says in which of the trial's ledgers an entry of that id stands, if in any.
    """

    act: Literal["unwrap", "escrow", "destroy"]
    at: Instant
    authorised_by: UUID
    chain: Hex64
    found_in: Literal["trial", "access"] | None
    key: KeyId
    number: int


class EmergencyAct(Value):
    """A row of the key store's emergency log: a code-break, or a drill, that the ledger could not take in time."""

    at: Instant
    chain: Hex64
    command_id: UUID
    drill: bool
    number: int


class EscrowWrap(Value):
    """A key that has an escrow wrap, and the public escrow key that it was wrapped to."""

    key: KeyId
    public_key: Hex64


@recorded_as("custody.checked.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="ICH E6(R3) 4.1.4")
class CustodyChecked(Fact):
    """What the key store's own records say of one trial, on one look; long ones in parts, all in one stream.

    `log_number` and `log_chain` are the head of the whole log, which all trials of a deployment share; `chain_holds`
    that every row follows the one before. `acts` are those about this trial, and those about no trial known here.
    """

    acts: Open[tuple[KeyAct, ...]]
    chain_holds: Open[bool]
    emergencies: Open[tuple[EmergencyAct, ...]]
    log_chain: Open[Hex64]
    log_number: Open[int]
    part: Open[int]
    parts: Open[int]
    trial: Open[Code]
    wraps: Open[tuple[EscrowWrap, ...]]
