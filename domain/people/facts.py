"""Facts of the system ledger about persons, service accounts and their grants."""

from typing import Literal

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.people.roles import Clearance, Role
from domain.record import Fact, Instant
from domain.values import Bytes16, Bytes32, Code, Hex64, Name, PartialDate, Text

IdentityDocument = Literal["passport", "identity_card", "driving_licence", "residence_permit", "employer_card", "known"]
"""What was looked at; no copy and no number of it is kept. `known`: the verifier knows the person of old."""
VerifiedHow = Literal["in_person", "video", "notary", "identity_service"]
Duty = Literal["originator", "subscriber"]
ReviewOutcome = Literal["keep", "end"]


@recorded_as("person.registered.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.100(a)")
class PersonRegistered(Fact):
    """A person, or a named service account, became known; the id is never given again."""

    kind: Open[Literal["person", "service"]]
    organisation: Open[Name]
    person: Open[Code]
    printed_name: Open[Name]


@recorded_as("person.deactivated.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.300(b)")
class PersonDeactivated(Fact):
    """The account ended; the id stays reserved."""

    person: Open[Code]


@recorded_as("grant.given.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(d)")
class GrantGiven(Fact):
    """A role was given to a person, for one trial or all, for some sites or all (None), from a time on."""

    approved_by: Open[Code]
    clearance: Open[Clearance]
    ends: Open[Instant | None]
    grant: Open[Code]
    person: Open[Code]
    requested_by: Open[Code]
    role: Open[Role]
    sites: Open[tuple[Code, ...] | None]
    starts: Open[Instant]
    training: Open[Name | None]
    trial: Open[Code | None]


@recorded_as("grant.ended.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(g)")
class GrantEnded(Fact):
    """A role was taken back."""

    grant: Open[Code]
    person: Open[Code]


@recorded_as(
    "person.identity_verified.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.100(b)"
)
class IdentityVerified(Fact):
    """Another person verified who this is, before anything can be signed."""

    document: Open[IdentityDocument]
    method: Open[VerifiedHow]
    person: Open[Code]
    verified_by: Open[Code]


@recorded_as("person.activated.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.100(b)")
class AccountActivated(Fact):
    """Somebody set this account's credentials with an invitation; who that was is to be verified from here on anew."""

    invited_by: Open[Code]
    person: Open[Code]


@recorded_as("person.trained.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(i)")
class TrainingRecorded(Fact):
    """Somebody was trained: in the system (`trial` None) or for a trial's protocol version."""

    completed: Open[PartialDate]
    expires: Open[Instant | None]
    person: Open[Code]
    protocol_version: Open[Code | None]
    reference: Open[Name]
    training: Open[Code]
    trial: Open[Code | None]


@recorded_as("policy.issued.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(j)")
class PolicyIssued(Fact):
    """A version of the written policy on signatures; each revision is acknowledged anew."""

    document_sha256: Open[Hex64]
    reference: Open[Name]
    version: Open[Code]


@recorded_as("policy.acknowledged.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(j)")
class PolicyAcknowledged(Fact):
    """A person acknowledged, under signature, to answer for what is signed in that person's name."""

    person: Open[Code]
    version: Open[Code]


@recorded_as(
    "certification.registered.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.100(c)"
)
class CertificationRegistered(Fact):
    """An organisation's letter that its electronic signatures bind like handwritten ones."""

    organisation: Open[Name]
    reference: Open[Name]
    sent: Open[PartialDate]


@recorded_as("grant.reviewed.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="ICH E6(R3) 4.3.8(b)")
class GrantReviewed(Fact):
    """Somebody who neither gave nor holds it looked whether a grant is still needed."""

    grant: Open[Code]
    next_review: Open[Instant | None]
    outcome: Open[ReviewOutcome]
    person: Open[Code]


@recorded_as("officer.appointed.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="ICH E6(R3) 4.1.4")
class OfficerAppointed(Fact):
    """A trial's unblinding officer took a seat, of which there are few; recorded with the grant."""

    ends: Open[Instant | None]
    grant: Open[Code]
    person: Open[Code]
    starts: Open[Instant]
    trial: Open[Code]


@recorded_as("officer.released.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="ICH E6(R3) 4.1.4")
class OfficerReleased(Fact):
    """The seat is free again; recorded with the end of the grant."""

    grant: Open[Code]
    person: Open[Code]
    trial: Open[Code]


@recorded_as("service.described.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(h)")
class ServiceDescribed(Fact):
    """What a service account stands for: one originator or one subscriber, by name and version."""

    duty: Open[Duty]
    person: Open[Code]
    software: Open[Name]
    version: Open[Code]


@recorded_as(
    "service.key_registered.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(h)"
)
class ServiceKeyRegistered(Fact):
    """A public key with which a service account proves itself (RFC 7523); `key` is its RFC 7638 thumbprint, in hex."""

    algorithm: Open[Literal["ES256", "Ed25519"]]
    key: Open[Hex64]
    person: Open[Code]
    public: Open[Text]


@recorded_as("service.key_revoked.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.300(c)")
class ServiceKeyRevoked(Fact):
    """The key proves nothing from here on."""

    key: Open[Hex64]
    person: Open[Code]


@recorded_as(
    "provider_identity.linked.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.100(a)"
)
class ProviderIdentityLinked(Fact):
    """A subject of an identity provider stands for a registered person; kept is its digest under the salt alone."""

    issuer: Open[Name]
    person: Open[Code]
    requested_by: Open[Code]
    salt: Open[Bytes16]
    subject_digest: Open[Hex64]


@recorded_as(
    "provider_identity.unlinked.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.300(c)"
)
class ProviderIdentityUnlinked(Fact):
    """The subject opens nothing for that person any more, and never stands for another one."""

    issuer: Open[Name]
    person: Open[Code]
    subject_digest: Open[Hex64]


@recorded_as("signer_key.registered.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.70")
class SignerKeyRegistered(Fact):
    """The public half of a key that seals signatures; `key` is its SHA-256, in hex."""

    algorithm: Open[Literal["Ed25519"]]
    key: Open[Hex64]
    public: Open[Bytes32]


@recorded_as("trial.added.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(k)")
class TrialAdded(Fact):
    """The deployment holds a trial from here on: its three ledgers exist."""

    trial: Open[Code]
