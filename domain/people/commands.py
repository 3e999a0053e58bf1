"""Commands of the system ledger."""

from typing import Literal

from pydantic import AwareDatetime

from domain import streams
from domain.command import Command, Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Code, Reference
from domain.people.facts import GrantEnded, GrantGiven, PersonDeactivated, PersonRegistered
from domain.people.person import Person
from domain.people.roles import UNBLINDED_ROLES, Role
from domain.refusals import same_person


class PersonCommand(Command):
    """A command about one person."""

    person: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """The person's stream."""
        del room
        return (streams.person(self.person),)

    def key_scope(self, room: Room) -> str:
        """Texts about a person go under that person's key."""
        del room
        return f"person:{self.person}"

    def known(self, room: Room) -> Person:
        """The person; Refusal when nobody of that id is registered."""
        person = room.get(Person, streams.person(self.person))
        if not person.exists:
            raise Refusal(
                "unknown_person",
                f"Nobody is registered as {self.person}.",
                rule="person-must-be-registered",
                next_step="Register the person first.",
            )
        return person


@command("register_person")
class RegisterPerson(PersonCommand):
    """Make a person or a named service account known."""

    kind: Literal["person", "service"] = "person"
    organisation: Reference
    printed_name: Reference

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse an id that was ever used (21 CFR 11.100(a))."""
        stream = streams.person(self.person)
        if room.get(Person, stream).exists:
            raise Refusal(
                "id_in_use",
                f"The id {self.person} has been given already.",
                rule="person-id-is-never-reused",
                next_step="Choose another id.",
            )
        fact = PersonRegistered(
            kind=self.kind, organisation=self.organisation, person=self.person, printed_name=self.printed_name
        )
        return (given.fact(stream, fact),)


@command("deactivate_person")
class DeactivatePerson(PersonCommand):
    """End an account."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """End it, once."""
        if not self.known(room).active:
            raise Refusal(
                "already_ended",
                f"The account {self.person} has ended already.",
                rule="account-ends-once",
                next_step="Nothing needs to be done.",
            )
        return (given.fact(streams.person(self.person), PersonDeactivated(person=self.person)),)


@command("grant_role")
class GrantRole(PersonCommand):
    """Give a role, as requested by one person and approved by the sender."""

    ends: AwareDatetime | None = None
    requested_by: Code
    role: Role
    sites: tuple[Code, ...] | None = None
    starts: AwareDatetime | None = None
    training: Reference | None = None
    trial: Code | None = None

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse one's own request, and a mix of blinded role and unblinded clearance in one trial."""
        person = self.known(room)
        if not person.active:
            raise Refusal(
                "account_ended",
                f"The account {self.person} has ended.",
                rule="roles-go-to-open-accounts",
                next_step="Register the person anew under another id.",
            )
        if given.actor.person in (self.requested_by, self.person):
            raise same_person(
                "A grant is approved by somebody who neither asked for it nor gets it.",
                rule="requester-is-not-approver",
            )
        if person.would_mix_blinding(self.role, self.trial):
            raise Refusal(
                "mixed_blinding",
                f"{self.person} has held a role on the other side of the blind in this trial.",
                rule="blinded-role-excludes-unblinded-clearance",
                next_step="Give the role to a person who never held the other clearance in this trial.",
            )
        if person.would_mix_duties(self.role, self.trial, given.now):
            raise Refusal(
                "mixed_duties",
                f"{self.person} holds a role in this trial that excludes {self.role}.",
                rule="duties-are-kept-apart",
                next_step="Give the role to another person, or end the other role first.",
            )
        fact = GrantGiven(
            approved_by=given.actor.person,
            clearance="none"
            if self.role == "administrator"
            else "unblinded"
            if self.role in UNBLINDED_ROLES
            else "blinded",
            ends=self.ends,
            grant=given.token(),
            person=self.person,
            requested_by=self.requested_by,
            role=self.role,
            sites=self.sites,
            starts=self.starts or given.now,
            training=self.training,
            trial=self.trial,
        )
        return (given.fact(streams.person(self.person), fact),)


@command("end_grant")
class EndGrant(PersonCommand):
    """Take a role back."""

    grant: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a grant that this person does not hold."""
        person = self.known(room)
        if not any(grant.grant == self.grant and grant.is_open(given.now) for grant in person.grants):
            raise Refusal(
                "no_such_grant",
                f"{self.person} holds no open grant {self.grant}.",
                rule="grant-must-be-open",
                next_step="The id of a grant stands in the result of the command that gave it.",
            )
        return (given.fact(streams.person(self.person), GrantEnded(grant=self.grant, person=self.person)),)
