"""Facts about signatures; they live beside the signed record, in the same ledger."""

from typing import Annotated

from msgspec import Meta

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.record import Fact, Instant
from domain.session.facts import Component
from domain.signature.meanings import Meaning
from domain.values import Code, Hex64, Name, Text

Bytes64 = Annotated[bytes, Meta(min_length=64, max_length=64)]


@recorded_as(
    "signature.made.v1",
    ledger=("trial", "system"),
    retention=Retention.TRIAL_MASTER_FILE,
    predicate="21 CFR 11.50, 11.70",
)
class SignatureMade(Fact):
    """A person signed a record as displayed; `seal` is over the bytes that `signed.signed_bytes` gives.

    `version` is how much of `stream` is covered: the RFC 6962 root of its leaves 1 to `version` is
    `record_digest`. `purpose` names what asked for the signature, and the id of that entry.
    """

    attestation: Open[Text]
    components: Open[tuple[Component, ...]]
    display_digest: Open[Hex64]
    first_in_session: Open[bool]
    key: Open[Hex64]
    local_offset: Open[Code]
    meaning: Open[Meaning]
    printed_name: Open[Name]
    purpose: Open[Name]
    record_digest: Open[Hex64]
    seal: Open[Bytes64]
    signature: Open[Code]
    signed_at: Open[Instant]
    signer: Open[Code]
    stream: Open[Name]
    successor_of: Open[Code | None]
    version: Open[int]


@recorded_as(
    "signature.withdrawn.v1",
    ledger=("trial", "system"),
    retention=Retention.TRIAL_MASTER_FILE,
    predicate="21 CFR 11.70",
)
class SignatureWithdrawn(Fact):
    """The signer takes a signature back, with a reason; it stays visible."""

    signature: Open[Code]


@recorded_as("signature.successor_named.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="21 CFR 11.100(a)")
class SuccessorNamed(Fact):
    """Who signs, as successor, what somebody who left can no longer sign."""

    of: Open[Code]
    successor: Open[Code]
