"""Commands of signing: sign what asks for it, sign a review, take back, name a successor."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Code, Digest, PublicText
from domain.people.person import Person
from domain.refusals import not_in_order, same_person
from domain.signature.facts import SignatureWithdrawn, SuccessorNamed
from domain.signature.meanings import ATTESTATIONS, Meaning
from domain.signature.record import RecordCommand
from domain.signature.signing import Wish, sign
from domain.signature.standing import Need, needs, standing, superseding


class Signing(RecordCommand):
    """A signature over a record as displayed: its digest, what was shown, and the words that were shown."""

    attestation: PublicText
    display_digest: Digest
    meaning: Meaning
    record_digest: Digest
    version: Annotated[int, Field(ge=1)]

    def vouched_stream(self, trial: str) -> str | None:
        """The record."""
        return self.stream(trial)

    def vouched_version(self) -> int | None:
        """As far as it was displayed."""
        return self.version

    def check_displayed(self, room: Room) -> None:
        """Refuse what is not, or not yet, what stands there, and words other than the attestation's own."""
        self.trial(room)
        if self.attestation != ATTESTATIONS[self.meaning]:
            raise Refusal(
                "attestation_differs",
                f"The attestation shown is not the one that {self.meaning} means here.",
                rule="attestation-as-displayed",
                next_step="Show the signer the attestation that `trialproof sign --show` prints.",
            )
        record = self.stream(room.trial)
        if self.version > room.aggregates[record].version or self.record_digest != room.roots[record]:
            raise not_in_order(
                "record_moved_on",
                "The record does not stand as it was displayed.",
                "Look at the record again, then sign it.",
                rule="signed-as-displayed",
            )

    def check_meaning(self, meaning: Meaning) -> None:
        """Refuse another meaning than the one asked for."""
        if self.meaning != meaning:
            raise Refusal(
                "other_meaning",
                f"What is signed here is {meaning}, not {self.meaning}.",
                rule="required-meaning",
                next_step=f"Sign with the meaning {meaning}.",
            )

    def signed(self, given: Given, room: Room, purpose: str, successor_of: str | None = None) -> tuple[Decided, ...]:
        """The facts of the signature."""
        wish = Wish(
            purpose=purpose,
            stream=self.stream(room.trial),
            version=self.version,
            record_digest=self.record_digest,
            display_digest=self.display_digest,
            meaning=self.meaning,
            successor_of=successor_of,
        )
        return sign(given, room, wish, beside=self.beside(room.trial))


@command("sign_record")
class SignRecord(Signing):
    """Sign what an entry of the record asks to be signed; `target` is that entry's event id."""

    target: UUID

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse what asks for no signature, is another's to sign, was altered since, or is signed already."""
        self.check_displayed(room)
        need = self._needed(room)
        successor_of = self._in_place_of(given, room, need)
        if need.row.roles is not None and given.actor.role not in need.row.roles:
            raise Refusal(
                "not_qualified",
                f"A {given.actor.role} does not sign {need.row.kind.replace('_', ' ')}.",
                rule="signer-is-qualified",
                next_step=f"It is signed by a person who is {' or '.join(sorted(need.row.roles))} at the site.",
            )
        if standing(need, self.signatures(room).made, self.entries(room)) == "given":
            raise not_in_order(
                "already_signed",
                "This is signed, and nothing has altered it since.",
                "Nothing needs to be done.",
                rule="signs-once",
            )
        self.check_meaning(need.row.meaning)
        return self.signed(given, room, need.purpose, successor_of)

    def _needed(self, room: Room) -> Need:
        known = self.entries(room)
        for need in needs(known):
            covered = need.entry.frame.version <= self.version
            if need.entry.body.event_id == self.target and covered:
                if superseding(need.purpose, self.version, known) is None:
                    return need
                break
        raise not_in_order(
            "nothing_to_sign",
            "No entry of that id asks for a signature on the record as it was displayed.",
            "List what needs signing with `trialproof sign`; look at the record as it stands now.",
            rule="signs-what-is-asked",
        )

    def _in_place_of(self, given: Given, room: Room, need: Need) -> str | None:
        """The person in whose place the actor signs, None for the actor's own act.

        An approval has no successor: another person approves instead, or two approvers could become one.
        """
        owed_by = need.entry.body.actor
        if given.actor.person == owed_by:
            return None
        named = self.signatures(room).may_succeed(given.actor.person, owed_by)
        if need.row.meaning == "approval" or not named:
            raise Refusal(
                "not_yours_to_sign",
                f"This is {owed_by}'s to sign; nobody signs for another.",
                rule="nobody-signs-for-another",
                next_step="A successor is named with `name_successor`; what was approved is approved by another.",
            )
        return owed_by


@command("sign_review")
class SignReview(Signing):
    """Sign that a record was reviewed; nothing has to ask for it."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse another meaning than review, and the review of one's own record."""
        self.check_displayed(room)
        self.check_meaning("review")
        covered = [entry for entry in self.entries(room) if entry.frame.version <= self.version]
        if any(entry.body.actor == given.actor.person for entry in covered):
            raise same_person(
                "A record is reviewed by somebody who recorded nothing in it.", rule="reviewer-is-not-author"
            )
        return self.signed(given, room, "review")


@command("withdraw_signature", needs_reason=True)
class WithdrawSignature(RecordCommand):
    """Take one's own signature back; it stays visible with the reason."""

    signature: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse another's signature, and one that is withdrawn already."""
        self.trial(room)
        standing_own = (self.signature, given.actor.person)
        if not any((one.signature, one.signer) == standing_own for one in self.signatures(room).standing()):
            raise not_in_order(
                "no_such_signature",
                f"{given.actor.person} has no standing signature {self.signature} on {self.record}.",
                "Look the signature up in the signature log.",
                rule="only-the-signer-withdraws",
            )
        return (given.fact(self.beside(given.trial), SignatureWithdrawn(signature=self.signature)),)


@command("name_successor", needs_reason=True)
class NameSuccessor(RecordCommand):
    """Name who signs, as successor, what somebody who left can no longer sign."""

    of: Code
    successor: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the successor's account."""
        return (*super().streams(room), streams.person(self.successor))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a successor who is the sender, the same person, or nobody."""
        self.trial(room)
        if self.successor in (self.of, given.actor.person):
            raise same_person("A successor is named by somebody else, for somebody else.", rule="successor-is-named")
        account = room.get(Person, streams.person(self.successor))
        if not account.active or account.is_service:
            raise not_in_order(
                "no_such_person",
                f"There is no open account of a person {self.successor}.",
                "Name somebody who can sign.",
                rule="successor-is-a-person-here",
            )
        fact = SuccessorNamed(of=self.of, successor=self.successor)
        return (given.fact(self.beside(given.trial), fact),)
