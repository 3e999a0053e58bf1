"""The emergency code-break: never refused to those who may ask; what is out of order is flagged."""

from typing import Literal, Self

from pydantic import model_validator

from domain import streams
from domain.command import Actor, Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Reference, fault
from domain.participant.base import ParticipantCommand
from domain.participant.participant import Participant
from domain.people.person import Person
from domain.refusals import not_in_order
from domain.site.site import Site
from domain.trial.trial import Trial
from domain.unblinding.arm import disclosed, list_streams
from domain.unblinding.facts import EmergencyUnblindingInvoked, Flag
from domain.values import PartialDate


@command("break_blind", safety=True)
class BreakBlind(ParticipantCommand):
    """Learn one participant's arm in an emergency, now, with a coded reason; the explanation follows within a day.

    An investigator of the site is the recipient. The code-break desk acts for a treating physician whom it
    has called back and names as `recipient`.
    """

    channel: Literal["investigator", "code_break_desk"]
    recipient: Reference | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.reason is None:
            raise fault("reason_code_missing", "an emergency gives the code of its reason; words can follow later")
        if (self.recipient is None) != (self.channel == "investigator"):
            raise fault("recipient_by_channel", "the desk names the treating physician, an investigator nobody else")
        return self

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also what leads to the arm."""
        named = super().streams(room)
        if not all(stream in room for stream in named):
            return named
        return (*named, *list_streams(room, self.own(room)))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse only who was never allocated; no state of trial, site, participant or delegation stops it."""
        own = self.own(room)
        if own.allocation is None:
            raise self._never_allocated()
        self._by_own_channel(given.actor)
        request, recipient = given.token(), self.recipient or given.actor.person
        invoked = EmergencyUnblindingInvoked(
            channel=self.channel,
            flags=self._flags(given, room),
            participant=self.participant,
            recipient=recipient,
            request=request,
        )
        return (
            given.fact(streams.unblinding(given.trial, request), invoked),
            *disclosed(given, room, own, recipient=recipient, request=request),
        )

    def _never_allocated(self) -> Refusal:
        ask = "Ask the caller for the number again" if self.recipient else "Check the number, or call the desk"
        return not_in_order(
            "never_allocated",
            f"Nobody was allocated here under the number {self.participant}.",
            f"{ask}: the 24-hour code-break desk finds a participant by other marks too.",
            rule="only-an-allocation-is-disclosed",
        )

    def _by_own_channel(self, actor: Actor) -> None:
        """Who learns the arm is who is named as recipient: the desk's channel belongs to the desk alone."""
        if (actor.role == "code_break_desk") != (self.channel == "code_break_desk"):
            own = "code_break_desk" if actor.role == "code_break_desk" else "investigator"
            raise not_in_order(
                "other_channel",
                f"{actor.person} acts as {actor.role} and cannot break the blind through the other channel.",
                f"Send it again at once with the channel `{own}`.",
                rule="the-recipient-is-who-learns-the-arm",
            )

    def _flags(self, given: Given, room: Room) -> tuple[Flag, ...]:
        trial, site, own = self.trial(room), self.at_own_site(room), self.own(room)
        lapsed = self.channel == "investigator" and delegation_lapsed(site, given.actor, given.occurred.day)
        sender = room.get(Person, streams.person(given.actor.person))
        overdue = sender.is_overdue(given.actor.role, given.trial, self.concerned_site(room), given.now)
        checks: tuple[tuple[Flag, bool], ...] = (
            ("training_overdue", overdue),
            ("delegation_lapsed", lapsed),
            *_of_trial(trial, locked=trial.is_locked(given.now, self.participant)),
            ("site_held", site.held),
            ("site_closed", site.closed),
            *_of_participant(own),
        )
        return tuple(flag for flag, raised in checks if raised)


def _of_trial(trial: Trial, *, locked: bool) -> tuple[tuple[Flag, bool], ...]:
    return (("trial_paused", trial.paused), ("trial_closed", trial.closed), ("trial_locked", locked))


def _of_participant(own: Participant) -> tuple[tuple[Flag, bool], ...]:
    withdrawn = any(own.withdrawn(withdrawal.scope) is not None for withdrawal in own.withdrawals)
    return (("participant_withdrawn", withdrawn), ("participant_dead", own.vital == "dead"))


def delegation_lapsed(site: Site, actor: Actor, day: PartialDate) -> bool:
    """Whether the task of unblinding is not surely delegated on that day; the principal investigator needs none."""
    own = [d for d in site.delegations if d.person == actor.person and "unblinding" in d.tasks]
    if not own:
        return actor.role != "investigator"
    return not any(delegation.holds_on(day) for delegation in own)
