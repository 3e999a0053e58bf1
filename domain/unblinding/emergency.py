"""The emergency code-break: never refused to those who may ask; what is out of order is flagged."""

from typing import Literal, Self

from pydantic import model_validator

from domain import streams
from domain.command import Actor, Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Reference, fault
from domain.participant.base import ParticipantCommand
from domain.refusals import not_in_order
from domain.unblinding.arm import disclosed, list_streams
from domain.unblinding.breaking import Break, Sender, flags_of, request_of
from domain.unblinding.facts import DisclosureRepeated, EmergencyUnblindingInvoked
from domain.unblinding.notice import notified
from domain.unblinding.unblinding import Unblinding


@command("break_blind", safety=True)
class BreakBlind(ParticipantCommand):
    """Learn one participant's arm in an emergency, now, with a coded reason; the explanation follows within a day.

    An investigator of the site is the recipient. The code-break desk acts for a treating physician whom it
    has called back and names as `recipient`. Whoever asks again is told the same.
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
        """Also the sender's credentials, what was told under this request before, and what leads to the arm."""
        named = (*super().streams(room), *self._of_sender(room))
        if not all(stream in room for stream in named):
            return named
        return (*named, *list_streams(room, self.own(room)))

    def _of_sender(self, room: Room) -> tuple[str, str]:
        return streams.credentials(room.sender), streams.unblinding(room.trial, self.request(room))

    def request(self, room: Room) -> str:
        """The one request of this sender for this participant and reader."""
        return request_of(room.trial, self.participant, room.sender, self.recipient)

    def told_before(self, room: Room) -> bool:
        """Whether this sender was told already, for this reader."""
        return bool(room.get(Unblinding, streams.unblinding(room.trial, self.request(room))).disclosures)

    def judge(self, sender: Sender, room: Room) -> Break:
        """Refuse only who was never allocated; no state of trial, site, participant or delegation stops it."""
        if self.own(room).allocation is None:
            raise self._never_allocated()
        self._by_own_channel(sender.actor)
        recipient = self.recipient or sender.actor.person
        return Break(
            request=self.request(room),
            recipient=recipient,
            flags=flags_of(room, sender, self.at_own_site(room), self.own(room)),
            repeated=self.told_before(room),
        )

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """The disclosure, recorded whole before anything is shown; or that who was told before asked again."""
        found = self.judge(Sender.of(given), room)
        stream = streams.unblinding(given.trial, found.request)
        if found.repeated:
            return (given.fact(stream, DisclosureRepeated(recipient=found.recipient)),)
        invoked = given.fact(stream, self.invoked(found))
        told, vault = disclosed(given, room, self.own(room), recipient=found.recipient, request=found.request)
        notice = notified(given, "emergency", participant=self.participant, request=found.request)
        return (invoked, told, notice, vault)

    def invoked(self, found: Break) -> EmergencyUnblindingInvoked:
        """The fact that it was asked for."""
        return EmergencyUnblindingInvoked(
            channel=self.channel,
            flags=found.flags,
            participant=self.participant,
            recipient=found.recipient,
            request=found.request,
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
