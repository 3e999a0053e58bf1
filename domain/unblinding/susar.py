"""Unblinding for a safety report: a case that counts as a SUSAR, to one named safety person; investigators stay blind.

Whoever triggers it learns nothing, whoever discloses did not trigger it, and what an authority was sent, or
that it was sent nothing, stands in the vault: filed or not filed would tell.
"""

from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from domain import streams
from domain.adverse_event.adverse_event import AdverseEvent
from domain.adverse_event.base import CaseCommand
from domain.aggregate import Aggregate
from domain.command import Decided, Given, Room, command
from domain.input import Code, Reference
from domain.participant.participant import Participant
from domain.people.person import Person
from domain.people.roles import Role
from domain.record import Entry
from domain.refusals import not_in_order, same_person
from domain.unblinding.facts import RegulatorySubmissionRecorded, SusarUnblindingTriggered

READER: Final[Role] = "safety_unblinder"
"""The role of whoever learns the arm for a safety report."""


class Submissions(Aggregate):
    """What was sent to authorities about a case; rules ask only how often, so that none is lost."""

    @classmethod
    def start(cls) -> "Submissions":
        """Nothing recorded."""
        return cls(version=0)

    def after(self, entry: Entry) -> "Submissions":
        """One more recorded."""
        return Submissions(version=entry.frame.version)


@command("trigger_susar_unblinding", safety=True)
class TriggerSusarUnblinding(CaseCommand):
    """Have the arm behind a serious, related and unexpected case disclosed to one named safety person, until a time.

    A judgement that is missing counts as the worse. Another person discloses.
    """

    expires: AwareDatetime
    recipient: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also who is to learn the arm."""
        return (*super().streams(room), streams.person(self.recipient))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a case that is none, nobody's allocation, whoever may not learn it, and a time that is over."""
        case = self.known_case(room)
        _counts(case, self.case)
        own = room.get(Participant, streams.participant(given.trial, case.participant))
        if own.allocation is None:
            raise not_in_order(
                "never_allocated",
                f"Participant {case.participant} was never allocated: there is nothing to disclose.",
                "Report the case without an arm.",
                rule="only-an-allocation-is-disclosed",
            )
        self._may_learn(given, room)
        if self.expires <= given.now:
            raise not_in_order(
                "already_expired",
                "It would expire before anyone could disclose.",
                "Give a time to come.",
                rule="unblinding-within-its-time",
            )
        request = given.token()
        fact = SusarUnblindingTriggered(
            case=self.case,
            expires=self.expires,
            participant=case.participant,
            recipients=(self.recipient,),
            request=request,
        )
        return (given.fact(streams.unblinding(given.trial, request), fact),)

    def _may_learn(self, given: Given, room: Room) -> None:
        if self.recipient == given.actor.person:
            raise same_person(f"{self.recipient} asks for the arm.", rule="the-trigger-stays-blind")
        person = room.get(Person, streams.person(self.recipient))
        held = (one for one in person.grants if one.role == READER and one.covers(given.trial, None, given.now))
        if not person.active or not any(held):
            raise not_in_order(
                "not_a_safety_unblinder",
                f"{self.recipient} is no safety unblinder of this trial.",
                "Name a person who holds that role: only this person learns the arm.",
                rule="disclosed-to-one-safety-person",
            )


def _counts(case: AdverseEvent, name: str) -> None:
    """Refuse a case that somebody judged away: not serious, not related or expected, by all who judge it."""
    judged_away = (
        ("it was nullified", case.nullified),
        ("it was judged not serious", case.seriousness.either is False),
        ("both sides judged it not related", not case.related),
        ("the sponsor judged it expected", not case.unexpected),
    )
    why = [words for words, holds in judged_away if holds]
    if why:
        raise not_in_order(
            "not_a_susar",
            f"The case {name} does not count as serious, related and unexpected: {'; '.join(why)}.",
            "Ask for a routine disclosure with `request_unblinding` if the arm is needed all the same.",
            rule="unblinded-for-a-susar-alone",
        )


@command("record_regulatory_submission", safety=True)
class RecordRegulatorySubmission(CaseCommand):
    """Record what was sent to an authority about an unblinded case, or that nothing was; it goes to the vault."""

    destination: Annotated[Reference, Field(repr=False)]
    reference: Annotated[Reference | None, Field(repr=False)] = None
    sent: Annotated[bool, Field(repr=False)]

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also what was recorded of it before."""
        return (*super().streams(room), streams.submission(room.trial, self.case))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """A fact: recorded whatever the state of the case; nothing of it stands in the trial ledger."""
        self.known_case(room)
        fact = RegulatorySubmissionRecorded(
            case=self.case, destination=self.destination, reference=self.reference, sent=self.sent
        )
        return (given.fact(streams.submission(given.trial, self.case), fact),)
