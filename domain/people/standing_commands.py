"""Commands about what makes a person fit to act and to sign: identity, training, policy, certification."""

from typing import ClassVar

from pydantic import AwareDatetime

from domain import streams
from domain.command import Command, Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Code, DateGiven, Digest, PrintedName, Reference
from domain.people.commands import PersonCommand
from domain.people.facts import (
    CertificationRegistered,
    IdentityDocument,
    IdentityVerified,
    PolicyAcknowledged,
    PolicyIssued,
    TrainingRecorded,
    VerifiedHow,
)
from domain.people.policy import Policy
from domain.refusals import not_in_order, same_person
from domain.signature.signing import Wish, sign


@command("verify_identity")
class VerifyIdentity(PersonCommand):
    """Record that the sender verified who a person is; no copy of the document is kept."""

    document: IdentityDocument
    method: VerifiedHow

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse one's own identity, and an account that the verifier registered, or invited and so could have opened.

        Two persons vouch for a third (21 CFR 11.200(a)(3)).
        """
        person = self.known(room)
        if given.actor.person in (self.person, person.registered_by, person.invited_by):
            raise same_person(
                "An identity is verified by somebody else than its owner and those who registered or invited it.",
                rule="identity-is-verified-by-another",
            )
        if person.is_service:
            raise Refusal(
                "services_have_no_identity",
                f"{self.person} is a service account; it proves itself by its key.",
                rule="identity-is-a-person's",
                next_step="Register its key with `register_service_key`.",
            )
        fact = IdentityVerified(
            document=self.document, method=self.method, person=self.person, verified_by=given.actor.person
        )
        return (given.fact(streams.person(self.person), fact),)


@command("record_training")
class RecordTraining(PersonCommand):
    """Record that a person was trained, in the system (no trial) or in a protocol version."""

    completed: DateGiven
    expires: AwareDatetime | None = None
    protocol_version: Code | None = None
    reference: Reference
    training: Code
    trial: Code | None = None

    def concerned_trial(self, room: Room) -> str | None:
        """The trial in whose protocol somebody was trained; None for the system."""
        del room
        return self.trial

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse an id that was used for another training of this person."""
        person = self.known(room)
        if any(one.training == self.training for one in person.trainings):
            raise not_in_order(
                "training_recorded_already",
                f"A training {self.training} of {self.person} is recorded already.",
                "Give a repeated training an id of its own.",
                rule="training-id-is-used-once",
            )
        fact = TrainingRecorded(
            completed=self.completed,
            expires=self.expires,
            person=self.person,
            protocol_version=self.protocol_version,
            reference=self.reference,
            training=self.training,
            trial=self.trial,
        )
        return (given.fact(streams.person(self.person), fact),)


@command("issue_policy")
class IssuePolicy(Command):
    """Put a version of the policy on signatures into force; everybody acknowledges it before signing again."""

    SYSTEM: ClassVar[bool] = True

    document_sha256: Digest
    reference: Reference
    version: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """The policy."""
        del room
        return (streams.policy(),)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a version that was issued before."""
        if self.version in room.get(Policy, streams.policy()).versions:
            raise not_in_order(
                "version_issued_already",
                f"Version {self.version} of the policy was issued before.",
                "Give a revision a version of its own.",
                rule="policy-version-is-used-once",
            )
        fact = PolicyIssued(document_sha256=self.document_sha256, reference=self.reference, version=self.version)
        return (given.fact(streams.policy(), fact),)


@command("acknowledge_policy")
class AcknowledgePolicy(PersonCommand):
    """Acknowledge the policy in force, under one's own signature (21 CFR 11.10(j))."""

    OWN: ClassVar[bool] = True

    display_digest: Digest
    version: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """The person, the policy, and the person's signatures on it."""
        beside = streams.signatures(streams.policy(), self.person)
        return (*super().streams(room), streams.policy(), beside)

    def vouched_stream(self, trial: str) -> str | None:
        """The policy."""
        del trial
        return streams.policy()

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a version that is not in force, or acknowledged already."""
        policy, person = room.get(Policy, streams.policy()), self.known(room)
        if self.version != policy.in_force or self.version in person.policies:
            raise not_in_order(
                "nothing_to_acknowledge",
                f"Version {self.version} of the policy is not in force, or is acknowledged already.",
                f"The version in force is {policy.in_force}.",
                rule="acknowledges-the-policy-in-force",
            )
        wish = Wish(
            purpose=f"policy/{self.version}",
            stream=streams.policy(),
            version=policy.version,
            record_digest=room.roots[streams.policy()],
            display_digest=self.display_digest,
            meaning="acknowledgement",
        )
        signed = sign(given, room, wish, beside=streams.signatures(streams.policy(), self.person))
        fact = PolicyAcknowledged(person=self.person, version=self.version)
        return (given.fact(streams.person(self.person), fact), *signed)


@command("register_certification")
class RegisterCertification(Command):
    """Register an organisation's letter that its electronic signatures bind (21 CFR 11.100(c))."""

    SYSTEM: ClassVar[bool] = True

    organisation: PrintedName
    reference: Reference
    sent: DateGiven

    def streams(self, room: Room) -> tuple[str, ...]:
        """None that matters: a letter is registered beside those before it."""
        del room
        return ()

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Register it."""
        del room
        fact = CertificationRegistered(organisation=self.organisation, reference=self.reference, sent=self.sent)
        return (given.fact(streams.certification(given.token()), fact),)
