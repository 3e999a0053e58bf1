"""What is known of signatures: the ones made, and the ones that are needed."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.record import Instant
from domain.session.facts import Component
from domain.signature.meanings import Meaning
from domain.values import Code, Hex64, Name, Text, Value
from projections.fold import Moment, Person

SignatureStatus = Literal["valid", "superseded", "withdrawn"]
"""As the ledger tells it; whether a signature is broken only its verification tells."""
NeedState = Literal["given", "owed", "needs re-signing"]
NeedStanding = Literal["given", "owed", "needs re-signing", "overdue"]


class SignatureRow(Value):
    """A signature as it was made, and what became of it; None is "not recorded" or "did not happen".

    `by` is the signer as named by the entry then; `after_change` the seconds from the last covered change of
    the record to the signature.
    """

    after_change: int | None
    attestation: Text
    behind: Moment
    by: Person
    components: tuple[Component, ...]
    display_digest: Hex64
    first_in_session: bool
    key: Hex64
    kind: Code
    local_offset: Code
    meaning: Meaning
    participant: Code | None
    printed_name: Name
    record_digest: Hex64
    record_id: str
    record_type: str
    session: Name | None
    signature: Code
    signed_at: Instant
    signer: Code
    site: Code | None
    status: SignatureStatus
    stream: Name
    successor_of: Code | None
    superseded_by: Moment | None
    target: UUID | None
    version: int
    withdrawn: Moment | None


class RequiredRow(Value):
    """A signature that an entry asks for.

    `due` is the last instant in time, `signature` the one that stands, `waited` the seconds from the entry that
    last asked for it (the act, or what altered what was signed) to that signature.
    """

    altered_by: Moment | None
    behind: Moment
    by: Person
    clause: Name
    due: Instant
    kind: Code
    meaning: Meaning
    participant: Code | None
    record_id: str
    record_type: str
    signature: Code | None
    signed_at: Instant | None
    site: Code | None
    state: NeedState
    stream: Name
    successors: tuple[Code, ...]
    waited: int | None

    def standing(self, at: datetime) -> NeedStanding:
        """How it stands at an instant."""
        return self.state if self.state == "given" or at <= self.due else "overdue"


class SuccessionRow(Value):
    """Who signs, as successor, what another can no longer sign of a record."""

    behind: Moment
    by: Person
    of: Code
    stream: Name
    successor: Code


class SignaturesView(Value):
    """All signatures, all that are needed, and all successions, in the order of the ledger."""

    made: tuple[SignatureRow, ...]
    needed: tuple[RequiredRow, ...]
    successions: tuple[SuccessionRow, ...]

    def superseded_at(self, position: int) -> tuple[SignatureRow, ...]:
        """The signatures that the entry at a position superseded: what a correction there asks to be signed again."""
        return tuple(row for row in self.made if row.superseded_by and row.superseded_by.position == position)
