"""The signatures of one record, and who may sign for whom as successor."""

from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.record import Entry
from domain.signature.facts import SignatureMade, SignatureWithdrawn, SuccessorNamed
from domain.signature.meanings import Meaning
from domain.values import Value


class OneSignature(Value):
    """A signature that was made; a withdrawn one counts no more."""

    signature: str
    signer: str
    purpose: str
    version: int
    meaning: Meaning
    withdrawn: bool


class Succession(Value):
    """Who signs as successor of whom."""

    of: str
    successor: str


class Signatures(Aggregate):
    """All signatures of one record."""

    made: tuple[OneSignature, ...]
    successions: tuple[Succession, ...]

    @classmethod
    def start(cls) -> Self:
        """No signature yet."""
        return cls(version=0, made=(), successions=())

    def after(self, entry: Entry) -> Self:
        """The signatures after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case SignatureMade() as fact:
                one = OneSignature(
                    signature=fact.signature,
                    signer=fact.signer,
                    purpose=fact.purpose,
                    version=fact.version,
                    meaning=fact.meaning,
                    withdrawn=False,
                )
                return msgspec.structs.replace(new, made=(*self.made, one))
            case SignatureWithdrawn(signature=taken_back):
                made = tuple(
                    msgspec.structs.replace(one, withdrawn=True) if one.signature == taken_back else one
                    for one in self.made
                )
                return msgspec.structs.replace(new, made=made)
            case SuccessorNamed() as fact:
                named = Succession(of=fact.of, successor=fact.successor)
                return msgspec.structs.replace(new, successions=(*self.successions, named))
            case _:
                return new

    def standing(self) -> tuple[OneSignature, ...]:
        """Those not withdrawn."""
        return tuple(one for one in self.made if not one.withdrawn)

    def may_succeed(self, successor: str, of: str) -> bool:
        """Whether this person was named to sign in place of the other."""
        return any(one.of == of and one.successor == successor for one in self.successions)
