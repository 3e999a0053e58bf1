"""What the pure rooms ask of the outside: a ledger, a clock, and a way to seal."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from domain.allocation.facts import Level, ListSealed, SlotDrawn
from domain.allocation.slots import Slot
from domain.fields import Audience, SealedArmEnvelope, SealedText
from domain.kits.facts import MappedKit
from domain.record import Context, Entry, Fact

A = TypeVar("A", bound=Audience)


class Clock(Protocol):
    """Gives the present instant, aware, in UTC."""

    def __call__(self) -> datetime:
        """Read the clock."""
        ...


class Seals(Protocol):
    """Seals texts and arms under keys kept outside the database; keys are named by scope.

    A scope is `trial:ID`, `participant:ID/NUMBER` or `person:ID`: what one erasure would reach.
    """

    def text(self, words: str, audience: type[A], size: int, *, scope: str) -> SealedText[A]:
        """Seal a text at a fixed size in bytes; ValueError if its UTF-8 form is longer than the size allows."""
        ...

    def arm(self, arm: str, *, trial: str, event_id: UUID, participant: str, list_root: str) -> SealedArmEnvelope:
        """Seal an arm under a fresh key, bound to its event, its participant and the committed list."""
        ...


class Randomiser(Protocol):
    """Makes a list from its sealed parameters, and the commitments that fix it (rand/v1)."""

    def slots(self, sealed: ListSealed, trial: str) -> tuple[str, ...]:
        """What every slot was committed to, in order: its arm, or the word that a minimised draw uses."""
        ...

    def next_slot(
        self, sealed: ListSealed, trial: str, earlier: Sequence[SlotDrawn], levels: Sequence[Level]
    ) -> Slot | None:
        """The slot after those that were drawn; None where the list is exhausted."""
        ...

    def next_kit(self, kits: Sequence[MappedKit], arm: str, gone: Collection[str]) -> str | None:
        """The kit of that arm to hand out next, of those in the order of their map; None where none is left."""
        ...

    def design_commitment(self, salt: bytes, canonical: bytes) -> str:
        """What binds a design and hides it, in hex."""
        ...

    def seed_commitment(self, seed: bytes, trial: str) -> str:
        """What binds the seed and hides it, in hex."""
        ...

    def root(self, lists: Sequence[ListSealed], trial: str) -> str:
        """The salted Merkle root over the slots of all lists, in hex."""
        ...


class Signs(Protocol):
    """Seals signatures with a key that only this service holds (Ed25519, RFC 8032)."""

    @property
    def key(self) -> str:
        """The id of the key: SHA-256 of its public half, in hex; the system ledger holds the public half."""
        ...

    @property
    def public(self) -> bytes:
        """The public half of the key, 32 bytes."""
        ...

    def __call__(self, signed: bytes) -> bytes:
        """The seal over these bytes, 64 bytes long."""
        ...


class Opens(Protocol):
    """Opens what was sealed; every opening of an arm quotes the entry that authorises it."""

    def text(self, sealed: SealedText[Any]) -> str:
        """The text; NotFoundError when its key was destroyed."""
        ...

    def arm(
        self,
        envelope: SealedArmEnvelope,
        *,
        trial: str,
        event_id: UUID,
        participant: str,
        list_root: str,
        authorised_by: UUID,
    ) -> str:
        """The arm; the key store logs the unwrapping with the authorising event."""
        ...

    def release_key(self, envelope: SealedArmEnvelope, *, authorised_by: UUID) -> bytes:
        """The key of an envelope, to be handed out at a planned reveal; logged like every unwrapping."""
        ...


class OpensLists(Protocol):
    """Opens a list that was made outside and sealed to this deployment."""

    def __call__(self, sealed: bytes, *, trial: str) -> bytes | None:
        """The file as it was before; None where it was not sealed to this key and for this trial."""
        ...


class NewEntry(NamedTuple):
    """A fact about to be appended to a stream, with its context."""

    stream: str
    context: Context
    fact: Fact


class Placed(NamedTuple):
    """Where an entry was recorded."""

    ledger: str
    position: int
    stream: str
    version: int
    event_id: UUID | None
    recorded_at: datetime


class Head(NamedTuple):
    """Size and RFC 6962 root of a ledger."""

    size: int
    root: bytes


class Receipt(NamedTuple):
    """What an acknowledgement carries: where the entries stand, and the heads after them."""

    placed: tuple[Placed, ...]
    heads: dict[str, Head]


class CommandOutcome(NamedTuple):
    """What became of a command id: a digest of the command, an outcome code, and the entries, never a reply."""

    actor: str
    command_id: UUID
    digest: bytes
    code: str
    placed: tuple[tuple[str, int], ...]


class Ledger(Protocol):
    """Appends facts and reads them back; durable when `append` returns."""

    def append(
        self,
        entries: Sequence[NewEntry],
        *,
        expected: dict[str, int],
        outcome: CommandOutcome | None,
    ) -> Receipt:
        """Append to all streams concerned or to none.

        `expected` gives the current version of every stream that was read or is written, and the size of
        every ledger that was read whole; ConflictError when one has moved. Every entry is read back from its
        bytes and compared before.
        """
        ...

    def stream(self, stream: str, *, after: int = 0) -> Sequence[Entry]:
        """The entries of a stream with a version above `after`, oldest first."""
        ...

    def page(self, ledger: str, *, after: int = 0, limit: int = 500, up_to: int | None = None) -> Sequence[Entry]:
        """Entries of a ledger in order of position."""
        ...

    def head(self, ledger: str, *, at: int | None = None) -> Head:
        """Size and root now, or at an earlier size; size 0 for a ledger that does not exist."""
        ...

    def ledgers(self) -> Sequence[str]:
        """The names of all ledgers of the store."""
        ...

    def outcome(self, actor: str, command_id: UUID) -> CommandOutcome | None:
        """What became of a command id, if it came before."""
        ...
