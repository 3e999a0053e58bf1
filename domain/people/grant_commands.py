"""Commands about roles: give one, take it back, look whether it is still needed."""

from datetime import timedelta
from typing import Final, Literal, Self

from pydantic import AwareDatetime, model_validator

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Code, Reference, fault
from domain.people import grant_rules
from domain.people.commands import PersonCommand
from domain.people.endings import ended, open_grant, seats_of
from domain.people.facts import GrantGiven, GrantReviewed, OfficerAppointed, ReviewOutcome
from domain.people.officers import Officers
from domain.people.person import Person
from domain.people.roles import Role
from domain.refusals import same_person

LONGEST_UNREVIEWED: Final = timedelta(days=366)
"""How far ahead at most the next review of a grant may lie."""


@command("grant_role")
class GrantRole(PersonCommand):
    """Give a role, as requested by one person and approved by the sender.

    `clearance` is chosen for auditors and inspectors alone, who also need an end.
    """

    clearance: Literal["blinded", "unblinded"] | None = None
    ends: AwareDatetime | None = None
    requested_by: Code
    role: Role
    sites: tuple[Code, ...] | None = None
    starts: AwareDatetime | None = None
    training: Reference | None = None
    trial: Code | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """The person, who asked, and for an unblinding officer those of the trial."""
        officers = (streams.officers(self.trial),) if self._is_seat() and self.trial else ()
        return (*super().streams(room), streams.person(self.requested_by), *officers)

    def concerned_trial(self, room: Room) -> str | None:
        """The trial that the role is for."""
        del room
        return self.trial

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse one's own request or role, a past start, missing training, and duties that one person never joins."""
        person, starts = self.known(room), self.starts or given.now
        clearance = grant_rules.clearance_for(self.role, self.clearance)
        grant_rules.check_account(person, self.role)
        requester = room.get(Person, streams.person(self.requested_by))
        grant_rules.check_parties(person, self.requested_by, requester, given.actor.person)
        grant_rules.check_reach(self.role, self.trial, self.sites)
        grant_rules.check_time(self.role, clearance, starts, self.ends, given.now)
        grant_rules.check_training(person, self.role, self.training, self.trial, given.now)
        grant_rules.check_separations(person, self.role, clearance, self.trial, given.now)
        fact = GrantGiven(
            approved_by=given.actor.person,
            clearance=clearance,
            ends=self.ends,
            grant=given.token(),
            person=self.person,
            requested_by=self.requested_by,
            role=self.role,
            sites=self.sites,
            starts=starts,
            training=self.training,
            trial=self.trial,
        )
        return (given.fact(streams.person(self.person), fact), *self._seated(given, room, fact))

    def _is_seat(self) -> bool:
        return self.role == "unblinding_officer"

    def _seated(self, given: Given, room: Room, fact: GrantGiven) -> tuple[Decided, ...]:
        """The seat of an unblinding officer; the trial's others are counted in the same append."""
        if not self._is_seat() or fact.trial is None:
            return ()
        stream = streams.officers(fact.trial)
        grant_rules.check_seats(room.get(Officers, stream), self.person, fact.starts, fact.ends)
        seat = OfficerAppointed(
            ends=fact.ends, grant=fact.grant, person=self.person, starts=fact.starts, trial=fact.trial
        )
        return (given.fact(stream, seat),)


class GrantCommand(PersonCommand):
    """A command about a role that was given."""

    grant: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """The person, and the officers of trials in which that person is one."""
        return (*super().streams(room), *seats_of(room, self.person))

    def concerned_trial(self, room: Room) -> str | None:
        """The trial that the role is for: who has a say in one trial has none about roles in another."""
        held = room.get(Person, streams.person(self.person)).grants
        return next((grant.trial for grant in held if grant.grant == self.grant), None)


@command("end_grant")
class EndGrant(GrantCommand):
    """Take a role back."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a grant that this person does not hold."""
        person = self.known(room)
        return ended(given, person, open_grant(person, self.grant, given))


@command("review_grant")
class ReviewGrant(GrantCommand):
    """Say after looking whether a role is still needed: keep it until the next review, or end it."""

    next_review: AwareDatetime | None = None
    outcome: ReviewOutcome

    @model_validator(mode="after")
    def _until_when(self) -> Self:
        if (self.outcome == "keep") != (self.next_review is not None):
            raise fault("next_review", "a role that is kept has a next review, one that ends has none")
        return self

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse the review of one's own role and of one's own approval, and a review too far ahead."""
        person = self.known(room)
        grant = open_grant(person, self.grant, given)
        if given.actor.person in (self.person, grant.approved_by):
            raise same_person(
                "A role is reviewed by somebody who neither holds nor approved it.",
                rule="reviewer-neither-holds-nor-approved",
            )
        if self.next_review is not None and not given.now < self.next_review <= given.now + LONGEST_UNREVIEWED:
            raise Refusal(
                "bad_next_review",
                f"The next review lies ahead, by at most {LONGEST_UNREVIEWED.days} days.",
                rule="reviews-come-every-year",
                next_step="Give a time within the next year.",
            )
        fact = GrantReviewed(grant=self.grant, next_review=self.next_review, outcome=self.outcome, person=self.person)
        reviewed = given.fact(streams.person(self.person), fact)
        return (reviewed, *(ended(given, person, grant) if self.outcome == "end" else ()))
