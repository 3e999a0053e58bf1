"""Field kinds: what an event may hold in the open, and what only under a key.

- `Open[T]`: readable by everyone who may read the entry.
- `Prose256[A]` ... `Prose16384[A]`: free text typed in conduct, sealed to an audience at one fixed size,
  so that neither length nor presence of words tells anything and erasure by key stays possible.
- `SealedArm`: the allocated arm, sealed at one length under a key of its own.

A field of no kind is refused when its event is registered (`catalogue.py`).
"""

from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from msgspec import Meta

from domain.values import Bytes12, Bytes16, Bytes32, Value

T = TypeVar("T")
Open = Annotated[T, Meta(extra_json_schema={"x-kind": "open"})]


class Audience:
    """Who may open a sealed text. Classes are never instantiated: they only mark types."""

    name: ClassVar[str]


class TrialTeam(Audience):
    """Blinded trial-wide roles, and the site whose text it is."""

    name = "trial_team"


class Safety(Audience):
    """Safety physicians and the writing site, until an unblinded reviewer has released the text."""

    name = "safety"


class Administrators(Audience):
    """Those who keep the system ledger."""

    name = "administrators"


class NeedToKnow(Audience):
    """Who must know that a blind was broken: the site, and named roles of the sponsor."""

    name = "need_to_know"


A = TypeVar("A", bound=Audience)
AudienceName = Literal["trial_team", "safety", "administrators", "need_to_know"]


class SealedText(Value, Generic[A]):
    """A text under a key kept outside the database; `size` is the fixed size of its field in bytes."""

    audience: AudienceName
    ciphertext: bytes
    commitment: Bytes32
    key: Bytes16
    nonce: Bytes12
    size: Literal[256, 1024, 4096, 16384]


Prose256 = Annotated[SealedText[A], Meta(extra_json_schema={"x-kind": "sealed-text", "x-size": 256})]
Prose1024 = Annotated[SealedText[A], Meta(extra_json_schema={"x-kind": "sealed-text", "x-size": 1024})]
Prose4096 = Annotated[SealedText[A], Meta(extra_json_schema={"x-kind": "sealed-text", "x-size": 4096})]
Prose16384 = Annotated[SealedText[A], Meta(extra_json_schema={"x-kind": "sealed-text", "x-size": 16384})]


class SealedArmEnvelope(Value):
    """An arm under a fresh key: one length for every arm, bound to its event and to the committed list."""

    ciphertext: Annotated[bytes, Meta(min_length=80, max_length=80)]
    commitment: Bytes32
    key: Bytes16
    nonce: Bytes12


SealedArm = Annotated[SealedArmEnvelope, Meta(extra_json_schema={"x-kind": "sealed-arm"})]


class SealedFact(Value):
    """The payload of every vault entry: the fact itself, padded and encrypted."""

    ciphertext: bytes
    commitment: Bytes32
    key: Bytes16
    nonce: Bytes12


class Concealed(Value):
    """A value that may tell an arm: what a log, a trace or an error prints of it is its name alone.

    No event outside the vault may hold one: the register refuses it at import.
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}(concealed)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show nothing in a pretty trace either."""
        return []
