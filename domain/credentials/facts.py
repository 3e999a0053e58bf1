"""Facts about credentials; they name a credential and its kind, never a secret or anything made from one."""

from typing import Literal

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.record import Fact, Instant
from domain.values import Code, Name

Kind = Literal["password", "totp", "passkey", "emergency", "invitation"]
"""An `invitation` is a one-time secret with which the owner, and nobody else, sets the others."""
RevokedWhy = Literal["replaced", "lost", "compromised", "recovery", "account_ended", "expired"]


@recorded_as("credential.set.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.300(b)")
class CredentialSet(Fact):
    """The owner, or for an invitation an administrator, set a credential; its age counts from here."""

    credential: Open[Code]
    expires: Open[Instant | None]
    kind: Open[Kind]
    person: Open[Code]


@recorded_as("credential.revoked.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.300(c)")
class CredentialRevoked(Fact):
    """A credential counts no more, in no session."""

    credential: Open[Code]
    kind: Open[Kind]
    person: Open[Code]
    why: Open[RevokedWhy]


@recorded_as("recovery.requested.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.300(c)")
class RecoveryRequested(Fact):
    """One administrator asks to replace the credentials of an owner who lost them."""

    identity_checked: Open[Name]
    person: Open[Code]


@recorded_as(
    "recovery.approved.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.200(a)(3)"
)
class RecoveryApproved(Fact):
    """A second administrator approves: all credentials are revoked, all sessions end, the owner is told."""

    person: Open[Code]
    requested_by: Open[Code]


@recorded_as("recovery.noticed.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.300(d)")
class RecoveryNoticed(Fact):
    """The owner was shown that the credentials had been replaced, by whom and when."""

    person: Open[Code]
    session: Open[Code]
