"""Commands about credentials: invite, recover as two, revoke. The secrets themselves never pass through here."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.credentials.credentials import Credentials
from domain.credentials.facts import CredentialRevoked, CredentialSet, RecoveryApproved, RecoveryRequested
from domain.errors import Refusal
from domain.input import Code, Reference
from domain.people.commands import PersonCommand
from domain.people.person import Person
from domain.refusals import not_in_order, same_person


class CredentialCommand(PersonCommand):
    """A command about the credentials of one person."""

    SYSTEM: ClassVar[bool] = True

    def streams(self, room: Room) -> tuple[str, ...]:
        """The person and the credentials."""
        return (*super().streams(room), streams.credentials(self.person))

    def credentials(self, room: Room) -> Credentials:
        """The credentials so far."""
        return room.get(Credentials, streams.credentials(self.person))

    def open_account(self, room: Room) -> Person:
        """The person; Refusal for an account that has ended, and for a service, which proves itself by keys."""
        person = self.known(room)
        if not person.active or person.is_service:
            raise Refusal(
                "account_ended" if not person.active else "services_have_no_credentials",
                f"The account {self.person} has ended, or is a service's.",
                rule="credentials-go-to-open-accounts-of-people",
                next_step="Register the person under another id; a service registers its key.",
            )
        return person


@command("invite_person")
class InvitePerson(CredentialCommand):
    """Let the owner of an account set its credentials, with a one-time secret that is kept outside the ledger."""

    expires: AwareDatetime

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse where the owner has set credentials before: no single administrator replaces them."""
        self.open_account(room)
        credentials = self.credentials(room)
        if credentials.activated:
            raise Refusal(
                "credentials_stand",
                f"{self.person} has set credentials; one administrator alone cannot replace them.",
                rule="credentials-are-replaced-by-two",
                next_step="Ask with `request_recovery`, and let a second administrator send `approve_recovery`.",
            )
        stream = streams.credentials(self.person)
        earlier = (
            CredentialRevoked(credential=one.credential, kind=one.kind, person=self.person, why="replaced")
            for one in credentials.of("invitation")
        )
        new = CredentialSet(credential=given.token(), expires=self.expires, kind="invitation", person=self.person)
        return (*(given.fact(stream, one) for one in earlier), given.fact(stream, new))


@command("request_recovery")
class RequestRecovery(CredentialCommand):
    """Ask, as an administrator, to replace the credentials of an owner who lost them."""

    identity_checked: Reference

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse one's own account, and one whose owner has set nothing that could be lost."""
        self.open_account(room)
        if given.actor.person == self.person:
            raise same_person("Nobody asks for the recovery of an own account.", rule="recovery-is-asked-by-another")
        if not self.credentials(room).activated:
            raise not_in_order(
                "nothing_to_recover",
                f"{self.person} has not set any credentials yet.",
                "Make an invitation with `trialproof user invite`.",
                rule="recovery-replaces-credentials",
            )
        fact = RecoveryRequested(identity_checked=self.identity_checked, person=self.person)
        return (given.fact(streams.credentials(self.person), fact),)


@command("approve_recovery")
class ApproveRecovery(CredentialCommand):
    """Approve a recovery as the second administrator: all credentials and sessions end, the owner is told."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse who asked for it and whose account it is (21 CFR 11.200(a)(3): two people at least)."""
        self.open_account(room)
        requested_by = self.credentials(room).recovery_by
        if requested_by is None:
            raise not_in_order(
                "no_recovery_requested",
                f"Nobody has asked for the recovery of {self.person}.",
                "Let another administrator ask with `request_recovery`.",
                rule="recovery-is-requested-first",
            )
        if given.actor.person in (self.person, requested_by):
            raise same_person(
                "A recovery is approved by somebody who neither asked for it nor owns the account.",
                rule="recovery-needs-two-administrators",
            )
        fact = RecoveryApproved(person=self.person, requested_by=requested_by)
        return (given.fact(streams.credentials(self.person), fact),)


@command("revoke_credential")
class RevokeCredential(CredentialCommand):
    """Disable a lost or compromised credential at once, in every session (21 CFR 11.300(c))."""

    credential: Code
    why: Literal["lost", "compromised", "account_ended", "expired"]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a credential that this person does not hold."""
        self.known(room)
        for one in self.credentials(room).held:
            if one.credential == self.credential:
                fact = CredentialRevoked(credential=one.credential, kind=one.kind, person=self.person, why=self.why)
                return (given.fact(streams.credentials(self.person), fact),)
        raise not_in_order(
            "no_such_credential",
            f"{self.person} holds no credential {self.credential}.",
            "Look it up among the credentials that `trialproof user show` lists.",
            rule="credential-must-be-held",
        )
