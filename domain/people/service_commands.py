"""Commands about service accounts: what one stands for, and the public keys with which it proves itself."""

from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Code, Digest, Reference, fault
from domain.people.commands import PersonCommand
from domain.people.facts import Duty, ServiceDescribed, ServiceKeyRegistered, ServiceKeyRevoked
from domain.people.person import Person
from domain.people.public_keys import Algorithm, thumbprint
from domain.refusals import not_in_order


class ServiceCommand(PersonCommand):
    """A command about one service account."""

    def service(self, room: Room) -> Person:
        """The service account; Refusal for a person."""
        account = self.known(room)
        if not account.is_service:
            raise Refusal(
                "not_a_service",
                f"{self.person} is a person; a person proves who it is by what only that person has.",
                rule="keys-are-for-services",
                next_step="Register the software as an account of kind `service`.",
            )
        return account

    def open_service(self, room: Room) -> Person:
        """The service account; Refusal when it has ended."""
        account = self.service(room)
        if not account.active:
            raise Refusal(
                "account_ended",
                f"The account {self.person} has ended.",
                rule="services-act-through-open-accounts",
                next_step="Register the service anew under another id.",
            )
        return account


@command("describe_service")
class DescribeService(ServiceCommand):
    """Say what a service account stands for: one originator or one subscriber, by software and version."""

    duty: Duty
    software: Reference
    version: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Take a newer version; refuse another duty."""
        account = self.open_service(room)
        if account.duty not in {None, self.duty}:
            raise not_in_order(
                "duty_is_fixed",
                f"{self.person} stands for one {account.duty}, and its entries were made as such.",
                "Register another service account for the other duty.",
                rule="one-account-one-duty",
            )
        fact = ServiceDescribed(duty=self.duty, person=self.person, software=self.software, version=self.version)
        return (given.fact(streams.person(self.person), fact),)


@command("register_service_key")
class RegisterServiceKey(ServiceCommand):
    """Make a public key known with which a service account proves itself (21 CFR 11.10(h)).

    `public` is the key as canonical JWK text (RFC 7638), `key` the SHA-256 of that text in hex: whoever
    approves the key compares the second with what the owner of the service says.
    """

    algorithm: Algorithm
    key: Digest
    public: Annotated[str, StringConstraints(max_length=256)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if thumbprint(self.public, self.algorithm) != self.key:
            raise fault("wrong_thumbprint", "the thumbprint belongs to another key")
        return self

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a service that nobody described, and a key that was ever registered for it."""
        account = self.open_service(room)
        if account.duty is None:
            raise not_in_order(
                "service_not_described",
                f"Nobody has said what {self.person} stands for.",
                "Describe it with `describe_service` first.",
                rule="described-before-it-gets-a-key",
            )
        if any(known.key == self.key for known in account.keys):
            raise not_in_order(
                "key_registered_already",
                f"This key of {self.person} was registered before; one that was revoked never counts again.",
                "Make a new key pair.",
                rule="key-is-registered-once",
            )
        fact = ServiceKeyRegistered(algorithm=self.algorithm, key=self.key, person=self.person, public=self.public)
        return (given.fact(streams.person(self.person), fact),)


@command("revoke_service_key")
class RevokeServiceKey(ServiceCommand):
    """Let a key prove nothing from here on, nor any session that it opened (21 CFR 11.300(c))."""

    key: Digest

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a key that does not count; an ended account loses its keys all the same."""
        account = self.service(room)
        if not any(known.key == self.key and not known.revoked for known in account.keys):
            raise not_in_order(
                "no_such_key",
                f"{self.person} has no such key that counts.",
                "Keys and what became of them stand in the account's history.",
                rule="key-must-count",
            )
        return (given.fact(streams.person(self.person), ServiceKeyRevoked(key=self.key, person=self.person)),)
