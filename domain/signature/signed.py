"""The bytes that a signature's seal covers (design, section 8)."""

from datetime import datetime
from typing import NamedTuple

from domain.plain import written
from domain.signature.facts import SignatureMade
from domain.signature.meanings import Meaning


class Signed(NamedTuple):
    """What is sealed: changing any of it, or moving the seal elsewhere, breaks it (21 CFR 11.70)."""

    purpose: str
    ledger: str
    stream: str
    version: int
    record_digest: str
    display_digest: str
    meaning: Meaning
    attestation: str
    signer: str
    printed_name: str
    signed_at: datetime
    local_offset: str


def signed_bytes(signed: Signed) -> bytes:
    """RFC 8785 bytes of the twelve members; `signed_at` in UTC with six digits, as entries write it."""
    return written(signed._asdict()).encode()


def signed_by(fact: SignatureMade, ledger: str) -> bytes:
    """The bytes again, from a recorded signature and the ledger that it stands in."""
    return signed_bytes(
        Signed(
            purpose=fact.purpose,
            ledger=ledger,
            stream=fact.stream,
            version=fact.version,
            record_digest=fact.record_digest,
            display_digest=fact.display_digest,
            meaning=fact.meaning,
            attestation=fact.attestation,
            signer=fact.signer,
            printed_name=fact.printed_name,
            signed_at=fact.signed_at,
            local_offset=fact.local_offset,
        )
    )
