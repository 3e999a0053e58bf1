"""What all commands about adverse events share: no state refuses them, and unknown participants have cases too."""

from collections.abc import Iterable
from typing import ClassVar

from domain import streams
from domain.adverse_event.adverse_event import AdverseEvent
from domain.adverse_event.facts import Side
from domain.command import Actor, Decided, Given, Room
from domain.deviation.found import RuleCode, found
from domain.errors import Refusal
from domain.input import Code
from domain.participant.base import ParticipantCommand
from domain.people.roles import INVESTIGATORS, SITE_ROLES, Role
from domain.record import Fact
from domain.refusals import not_in_order
from domain.site.commands import SiteCode
from domain.site.facts import Task
from domain.site.site import Site
from domain.times import Occurred
from domain.trial.commands import TrialCommand
from domain.values import PartialDate

SPONSOR_PHYSICIANS: frozenset[Role] = frozenset({"safety_physician", "medical_monitor"})
"""Sponsor-side judges; an unblinded role is none, for its judgement in the open ledger could tell the arm."""


class SafetyCommand(ParticipantCommand):
    """A safety fact about a participant, who may be unknown here.

    `site` says where it comes from when nobody was screened under the number; otherwise the participant's
    own site counts.
    """

    SAFETY: ClassVar[bool] = True
    TASK: ClassVar[Task | None] = "adverse_events"

    site: SiteCode | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, its protocol, the participant, and then the site."""
        own = streams.participant(room.trial, self.participant)
        site = self.concerned_site(room) if own in room else None
        return super().streams(room) if site is None else (*super().streams(room), streams.site(room.trial, site))

    def concerned_site(self, room: Room) -> str | None:
        """The participant's site; of an unknown participant the site that was named."""
        return super().concerned_site(room) or self.site

    def at_own_site(self, room: Room) -> Site:
        """The site, which may be unknown."""
        code = self.concerned_site(room)
        return Site.start() if code is None else room.get(Site, streams.site(room.trial, code))

    def with_deviations(
        self, given: Given, room: Room, main: Decided, rules: Iterable[RuleCode]
    ) -> tuple[Decided, ...]:
        """The fact, and one deviation for each rule it breaks; a fact is never refused."""
        site = self.concerned_site(room)
        broken = dict.fromkeys((*self._unknown(room), *rules, *self.standing_deviations(given, room)))
        about = (main.event_id,)
        return (main, *(found(given, rule, participant=self.participant, site=site, about=about) for rule in broken))

    def _unknown(self, room: Room) -> tuple[RuleCode, ...]:
        checks: tuple[tuple[RuleCode, bool], ...] = (
            ("unknown-participant", not self.own(room).site),
            ("unknown-site", self.concerned_site(room) is not None and not self.at_own_site(room).exists),
        )
        return tuple(rule for rule, broken in checks if broken)

    def standing_deviations(self, given: Given, room: Room) -> tuple[RuleCode, ...]:
        """What trial, clock and delegation log have against it; the site's state only against the site's people."""
        standing = super().standing_deviations(given, room)
        if given.performer.role in (None, *SITE_ROLES) and self.at_own_site(room).exists:
            return standing
        return tuple(rule for rule in standing if rule not in AT_SITE)

    def zone(self, room: Room) -> str:
        """The site's time zone, or the trial's where no site is known."""
        site = self.at_own_site(room)
        return site.zone if site.exists else self.trial(room).zone

    def dated(self, room: Room, day: PartialDate) -> Occurred:
        """A day on the site's calendar."""
        return Occurred(f"{day}[{self.zone(room)}]")


AT_SITE: frozenset[RuleCode] = frozenset({"site-closed", "site-held", "performer-not-delegated"})
"""Rules that only those who act at the site can break."""


class CaseCommand(TrialCommand):
    """A command that names a case; whom the case is about stands in its report.

    `site` is asked only where the case is about nobody known, as in a report.
    """

    case: Code
    site: SiteCode | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial and the case, and then the participant and the site."""
        own = streams.adverse_event(room.trial, self.case)
        if own in room and self.own_case(room).reported:
            return (own, *self.about(room).streams(room))
        return (streams.trial(room.trial), own)

    def concerned_site(self, room: Room) -> str | None:
        """The site of the participant whom the case is about."""
        return self.about(room).concerned_site(room) if self.own_case(room).reported else None

    def version_in_force(self, given: Given, room: Room) -> str | None:
        """The protocol version in force at that site on that day."""
        return self.about(room).version_in_force(given, room) if self.own_case(room).reported else None

    def own_case(self, room: Room) -> AdverseEvent:
        """The case, which may not be there."""
        return room.get(AdverseEvent, streams.adverse_event(room.trial, self.case))

    def known_case(self, room: Room) -> AdverseEvent:
        """The case; Refusal when nothing was reported under that id."""
        self.trial(room)
        case = self.own_case(room)
        if not case.reported:
            raise not_in_order(
                "no_such_case",
                f"There is no adverse event case {self.case}.",
                "Check the id, or report the event with `report_adverse_event`: that is never refused for its state.",
                rule="case-must-be-reported",
            )
        return case

    def about(self, room: Room) -> SafetyCommand:
        """The checks that every safety fact about this participant gets; the number was read when it was reported."""
        return SafetyCommand.model_construct(participant=self.own_case(room).participant, site=self.site)

    def key_scope(self, room: Room) -> str:
        """Texts about a case go under the key of the participant whom it is about."""
        return self.about(room).key_scope(room)

    def in_case(self, given: Given, room: Room, fact: Fact, *, times: Iterable[Occurred] = ()) -> tuple[Decided, ...]:
        """A fact in the case's stream, with the deviations it opens; `times` are further claims about when."""
        main = given.fact(streams.adverse_event(given.trial, self.case), fact)
        return self.about(room).with_deviations(given, room, main, future(given, times))


def future(given: Given, times: Iterable[Occurred]) -> tuple[RuleCode, ...]:
    """The rule that a claimed time after the time of recording breaks."""
    return ("occurred-in-the-future",) if any(time.earliest > given.now for time in times) else ()


def judging_side(actor: Actor) -> Side:
    """Whose judgement it is, by the role alone; Refusal for whoever may not judge (conduct rules, section 2)."""
    if actor.role in INVESTIGATORS:
        return "investigator"
    if actor.role in SPONSOR_PHYSICIANS:
        return "sponsor"
    if actor.role == "service":
        raise Refusal(
            "service_cannot_judge",
            f"{actor.person} is a service account: it transmits facts and judges none.",
            rule="service-accounts-never-judge",
            next_step="Let the physician who judged send it from the physician's own account.",
        )
    raise Refusal(
        "not_a_judge",
        f"{actor.person} acts as {actor.role}, a role that does not judge adverse events.",
        rule="physicians-judge",
        next_step="Ask the investigator, or the sponsor's safety physician.",
    )
