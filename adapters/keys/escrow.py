"""The second wrap of an allocation's key: to the trial's escrow key, whose private half the officers hold in parts.

X25519, HKDF-SHA256 and AES-256-GCM by HPKE (RFC 9180), base mode. Trial and key id are bound in, so that a wrap opens
for its own key and no other.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from adapters.keys.sharing import SECRET_BYTES, THRESHOLD, Part, joined, split
from domain.errors import InvalidInputError
from domain.escrow.facts import EscrowEstablished, EscrowPart
from domain.randomisation.rand_v1 import lp

LABEL: Final = "trialproof.escrow-wrap.v1"
PART_LABEL: Final = "trialproof.escrow-part.v1"
SALT_BYTES: Final = 32
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class OfficersPart(NamedTuple):
    """What one officer is handed; it never shows in a message or a trace."""

    trial: str
    number: int
    officer: str
    public_key: str
    salt: bytes
    value: bytes

    def __repr__(self) -> str:
        return f"OfficersPart({self.trial}, {self.number}, {self.officer})"

    @property
    def commitment(self) -> str:
        """What binds the part and hides it: salted, so that nothing is learned from it."""
        return sha256(lp(PART_LABEL, self.trial, str(self.number), self.officer, self.salt, self.value)).hexdigest()


def make_parts(trial: str, officers: Sequence[str], randomness: Callable[[int], bytes]) -> tuple[OfficersPart, ...]:
    """Make a key pair and one part for each officer; the private half exists in these parts alone when this returns."""
    secret = randomness(SECRET_BYTES)
    public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw().hex()
    return tuple(
        OfficersPart(trial, part.number, officer, public, randomness(SALT_BYTES), part.value)
        for officer, part in zip(officers, split(secret, randomness), strict=True)
    )


def established_by(parts: Sequence[OfficersPart]) -> Mapping[str, object]:
    """The payload of `establish_escrow` for these parts."""
    return {
        "public_key": parts[0].public_key,
        "parts": [{"commitment": p.commitment, "number": p.number, "officer": p.officer} for p in parts],
    }


def escrow_private(trial: str, established: EscrowEstablished, parts: Sequence[OfficersPart]) -> X25519PrivateKey:
    """The private half from two parts; InvalidInputError names a part that is wrong, altered, or there twice."""
    known = {part.number: part for part in established.parts}
    for part in parts:
        _check(trial, part, known.get(part.number))
    if len(parts) != THRESHOLD or len({part.number for part in parts}) != THRESHOLD:
        raise _bad(
            "escrow_parts_needed",
            f"The escrow key takes the parts of {THRESHOLD} different officers, neither fewer nor more",
            "Bring one part of each of two officers.",
        )
    private = X25519PrivateKey.from_private_bytes(joined([Part(part.number, part.value) for part in parts]))
    assert private.public_key().public_bytes_raw().hex() == established.public_key, "committed parts give their key"
    return private


def wrap_to(public: bytes, key: bytes, *, trial: str, key_id: bytes) -> bytes:
    """Wrap a key so that the private half alone opens it."""
    return _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(public), info=lp(LABEL, trial, key_id))


def unwrap_with(private: X25519PrivateKey, wrapped: bytes, *, trial: str, key_id: bytes) -> bytes:
    """Give the key; ValueError where the wrap was altered, moved, or made for another private half."""
    try:
        return _SUITE.decrypt(wrapped, private, info=lp(LABEL, trial, key_id))
    except InvalidTag as error:
        raise ValueError("it was altered, moved, or made for another escrow key") from error


def _check(trial: str, part: OfficersPart, known: EscrowPart | None) -> None:
    if known is None or part.trial != trial or part.commitment != known.commitment:
        raise _bad(
            "wrong_escrow_part",
            f"Part {part.number} of {part.officer} is not the one that was committed to for trial {trial}: it is"
            " another trial's or an earlier ceremony's, or it was altered",
            "Bring the file that this officer was handed at the ceremony, unaltered.",
        )


def _bad(code: str, what: str, next_step: str) -> InvalidInputError:
    return InvalidInputError(code, f"{what}.", field="part", next_step=next_step)
