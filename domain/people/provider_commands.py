"""Commands that tie a registered person to a subject of the sponsor's identity provider; a log-in never does."""

from typing import Annotated

from pydantic import StringConstraints

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Code
from domain.people.commands import PersonCommand
from domain.people.facts import ProviderIdentityLinked, ProviderIdentityUnlinked
from domain.people.person import Person
from domain.people.provider_links import ProviderLinks, subject_digest
from domain.refusals import not_in_order, same_person

SALT_BYTES = 16
Issuer = Annotated[str, StringConstraints(pattern=r"^https://[!-~]{1,248}$")]
Subject = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
"""At most 255 visible ASCII characters (OpenID Connect Core 1.0, section 2)."""


class ProviderCommand(PersonCommand):
    """A command about a person at one provider."""

    issuer: Issuer

    def streams(self, room: Room) -> tuple[str, ...]:
        """The person and the provider's links."""
        return (*super().streams(room), streams.provider(self.issuer))

    def links(self, room: Room) -> ProviderLinks:
        """The provider's links."""
        return room.get(ProviderLinks, streams.provider(self.issuer))


@command("link_provider_identity")
class LinkProviderIdentity(ProviderCommand):
    """Let a subject of a provider stand for a registered person, as requested by one and approved by the sender.

    The subject itself is kept nowhere: what remains is a salted digest.
    """

    requested_by: Code
    subject: Subject

    def streams(self, room: Room) -> tuple[str, ...]:
        """The person, the provider's links, and who asked."""
        return (*super().streams(room), streams.person(self.requested_by))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse one's own link and one's own request, a service, and a subject that was ever somebody else's."""
        self._check_account(given, room)
        links = self.links(room)
        if self.person in links.linked:
            raise not_in_order(
                "already_linked",
                f"{self.person} has an identity at this provider already.",
                "End that link first with `unlink_provider_identity`.",
                rule="one-subject-a-person",
            )
        salt = links.salt or given.secret()[:SALT_BYTES]
        digest = subject_digest(salt, self.issuer, self.subject)
        if links.owners.get(digest, self.person) != self.person:
            raise not_in_order(
                "subject_in_use",
                "This subject stands or stood for another person; it never stands for a second one.",
                "Ask the provider for the right subject, or for a new one.",
                rule="subject-is-never-reassigned",
            )
        fact = ProviderIdentityLinked(
            issuer=self.issuer,
            person=self.person,
            requested_by=self.requested_by,
            salt=salt,
            subject_digest=digest,
        )
        return (given.fact(streams.provider(self.issuer), fact),)

    def _check_account(self, given: Given, room: Room) -> None:
        person = self.known(room)
        if person.is_service or not person.active:
            raise Refusal(
                "not_an_open_person",
                f"{self.person} is a service account or has ended.",
                rule="links-are-for-open-persons",
                next_step="A service proves itself by its key; an ended account stays ended.",
            )
        if given.actor.person in {self.person, self.requested_by}:
            raise same_person(
                "A link is approved by somebody who neither asked for it nor logs in by it.",
                rule="requester-is-not-approver",
            )
        requester = room.get(Person, streams.person(self.requested_by))
        if requester.is_service or not requester.active:
            raise Refusal(
                "unknown_requester",
                f"{self.requested_by}, who is to have asked for the link, is no person with an open account.",
                rule="requester-must-be-registered",
                next_step="Name the registered person who asked for it.",
            )


@command("unlink_provider_identity")
class UnlinkProviderIdentity(ProviderCommand):
    """Let the provider's log-in open nothing for this person any more (21 CFR 11.300(c))."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse where nothing is linked."""
        self.known(room)
        digest = self.links(room).linked.get(self.person)
        if digest is None:
            raise not_in_order(
                "not_linked",
                f"{self.person} has no identity at this provider.",
                "Nothing needs to be done.",
                rule="link-must-count",
            )
        fact = ProviderIdentityUnlinked(issuer=self.issuer, person=self.person, subject_digest=digest)
        return (given.fact(streams.provider(self.issuer), fact),)
