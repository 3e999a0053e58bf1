"""What all commands about a participant share: the streams, and the deviations that a fact may open."""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field

from domain import streams
from domain.command import Decided, Given, Room
from domain.deviation.found import RuleCode, found
from domain.participant.checks import broken, renewal_missing
from domain.participant.participant import Participant
from domain.protocol.protocol import Protocol
from domain.record import Fact
from domain.refusals import not_in_order
from domain.site.facts import Task
from domain.site.site import Site
from domain.trial.commands import TrialCommand

ParticipantNumber = Annotated[str, Field(pattern=r"^\d{3,6}$")]


class ParticipantCommand(TrialCommand):
    """A command about one participant."""

    TASK: ClassVar[Task | None] = None
    """The delegated task under which the performer acts; a missing delegation is flagged, never refused."""

    participant: ParticipantNumber

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, its protocol, the participant, and then the participant's site."""
        own = streams.participant(room.trial, self.participant)
        named = (streams.trial(room.trial), streams.protocol(room.trial), own)
        if own in room and room.get(Participant, own).exists:
            return (*named, streams.site(room.trial, room.get(Participant, own).site))
        return named

    def concerned_site(self, room: Room) -> str | None:
        """The participant's site."""
        return room.get(Participant, streams.participant(room.trial, self.participant)).site or None

    def key_scope(self, room: Room) -> str:
        """Texts about a participant go under that participant's key."""
        return f"participant:{room.trial}/{self.participant}"

    def version_in_force(self, given: Given, room: Room) -> str | None:
        """The protocol version in force at the participant's site on that day."""
        if not self.own(room).exists:
            return None
        return self.at_own_site(room).protocol_version(given.occurred.day.latest)

    def own(self, room: Room) -> Participant:
        """The participant, who may be unknown."""
        return room.get(Participant, streams.participant(room.trial, self.participant))

    def known(self, room: Room) -> Participant:
        """The participant; Refusal when nobody was screened under that number."""
        self.trial(room)
        own = self.own(room)
        if not own.exists:
            raise not_in_order(
                "no_such_participant",
                f"Nobody was screened here under the number {self.participant}.",
                "Check the number, or open a screening record first.",
                rule="participant-must-be-screened",
            )
        return own

    def at_own_site(self, room: Room) -> Site:
        """The participant's site."""
        return room.get(Site, streams.site(room.trial, self.own(room).site))

    def protocol(self, room: Room) -> Protocol:
        """The protocol."""
        return room.get(Protocol, streams.protocol(room.trial))

    def in_own_stream(self, given: Given, fact: Fact) -> Decided:
        """A fact in the participant's stream."""
        return given.fact(streams.participant(given.trial, self.participant), fact)

    def with_deviations(
        self, given: Given, room: Room, main: Decided, rules: Iterable[RuleCode]
    ) -> tuple[Decided, ...]:
        """The fact, and one deviation for each rule it breaks; a fact is never refused."""
        found_broken = dict.fromkeys((*rules, *self.standing_deviations(given, room)))
        site = self.own(room).site or None
        return (
            main,
            *(
                found(given, rule, participant=self.participant, site=site, about=(main.event_id,))
                for rule in found_broken
            ),
        )

    def standing_deviations(self, given: Given, room: Room) -> tuple[RuleCode, ...]:
        """What the state of trial and site, the clock and the delegation log have against it."""
        trial, site = self.trial(room), self.at_own_site(room)
        late: RuleCode = "safety-fact-after-lock" if self.SAFETY else "fact-after-lock"
        return broken(
            (late, trial.is_locked(given.now, self.participant)),
            ("site-closed", site.closed),
            ("site-held", site.held),
            ("occurred-in-the-future", self.SAFETY and given.occurred.earliest > given.now),
            *self.performer_checks(given, site),
        )

    def performer_checks(self, given: Given, site: Site) -> tuple[tuple[RuleCode, bool], ...]:
        """The performer was delegated the task on that day; UNKNOWN is said, not assumed good."""
        person = given.performer.person
        if person is None:
            return (("performer-unknown-to-system", True),)
        if self.TASK is None:
            return ()
        return (("performer-not-delegated", not site.delegated(person, self.TASK, given.occurred.day)),)

    def renewal_missing(self, given: Given, room: Room) -> bool:
        """Whether consent had to be renewed by then and was not."""
        return renewal_missing(self.own(room), self.protocol(room), self.at_own_site(room), given.occurred)

    def permit(self, given: Given, room: Room, *, what: str) -> Participant:
        """The participant, when trial, site and consent allow new permissions now; Refusal otherwise."""
        own, trial, site = self.known(room), self.trial(room), self.at_own_site(room)
        if trial.state(given.now) != "OPEN":
            raise not_in_order(
                "trial_not_open",
                f"The trial is {trial.state(given.now)}: {what} is not possible.",
                "Wait until the trial is open; facts can be recorded meanwhile.",
                rule="permissions-need-an-open-trial",
            )
        if not site.is_active_on(given.occurred.day):
            raise not_in_order(
                "site_not_active",
                f"Site {own.site} is not active on that day: {what} is not possible.",
                "Activate or release the site; facts can be recorded meanwhile.",
                rule="permissions-need-an-active-site",
            )
        if own.vital == "dead":
            raise not_in_order(
                "participant_dead",
                f"Participant {self.participant} has died: {what} is not possible.",
                "Facts learned later can still be recorded.",
                rule="permissions-need-a-living-participant",
            )
        if own.withdrawn("treatment") is not None:
            raise not_in_order(
                "consent_withdrawn",
                f"Participant {self.participant} has withdrawn consent to treatment: {what} is not possible.",
                "Record what happened; only a new consent can change this.",
                rule="permissions-need-consent",
            )
        if self.renewal_missing(given, room):
            raise not_in_order(
                "consent_not_renewed",
                f"Participant {self.participant} has not consented again on the new version: {what} is not possible.",
                "Record the renewed consent with its claimed date and time first.",
                rule="permissions-need-consent",
            )
        return own
