"""Commands of the system ledger about persons: who there is, and who is no more."""

from typing import ClassVar, Literal

from domain import streams
from domain.command import Command, Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Code, PrintedName
from domain.people.endings import ended, seats_of
from domain.people.facts import PersonDeactivated, PersonRegistered
from domain.people.person import PRODUCT, Person


class PersonCommand(Command):
    """A command about one person."""

    SYSTEM: ClassVar[bool] = True

    person: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """The person's stream."""
        del room
        return (streams.person(self.person),)

    def concerned_person(self) -> str | None:
        """The person."""
        return self.person

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
    organisation: PrintedName
    printed_name: PrintedName

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse an id that was ever used (21 CFR 11.100(a)), and the product's own."""
        stream = streams.person(self.person)
        if is_reserved(self.person):
            raise Refusal(
                "id_reserved",
                f"{self.person} is the name under which the product records its own entries.",
                rule="product-id-is-no-account",
                next_step="Choose another id.",
            )
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
    """End an account, and with it every role that it holds."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """The person, and the officers of trials in which that person is one."""
        return (*super().streams(room), *seats_of(room, self.person))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """End it, once: no role stays open behind somebody who has left."""
        person = self.known(room)
        if not person.active:
            raise Refusal(
                "already_ended",
                f"The account {self.person} has ended already.",
                rule="account-ends-once",
                next_step="Nothing needs to be done.",
            )
        held = [grant for grant in person.grants if grant.is_open(given.now)]
        left = given.fact(streams.person(self.person), PersonDeactivated(person=self.person))
        return (left, *ended(given, person, *held))


def is_reserved(person: str) -> bool:
    """Whether the id is the product's own, in whatever case."""
    return person.casefold() == PRODUCT
