"""Commands about deviations: found by a person, graded, closed. Those a rule finds stand in `found.py`."""

from uuid import UUID

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.deviation.deviation import Deviation
from domain.deviation.facts import DeviationClosed, DeviationGraded, DeviationRecorded
from domain.deviation.found import RuleCode, found
from domain.fields import TrialTeam
from domain.input import Code, Words1024
from domain.participant.base import ParticipantNumber
from domain.participant.participant import Participant
from domain.record import Fact
from domain.refusals import not_in_order
from domain.site.commands import SiteCode
from domain.site.site import Site
from domain.trial.commands import TrialCommand


@command("record_deviation")
class RecordDeviation(TrialCommand):
    """Record a deviation that a person found: which rule was broken, by what, and in words."""

    about: tuple[UUID, ...] = ()
    description: Words1024
    important: bool = False
    participant: ParticipantNumber | None = None
    rule: Code
    site: SiteCode | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, the participant, and then the site."""
        named = [streams.trial(room.trial)]
        if self.participant is not None:
            named.append(streams.participant(room.trial, self.participant))
        if all(stream in room for stream in named) and (site := self.concerned_site(room)) is not None:
            named.append(streams.site(room.trial, site))
        return tuple(named)

    def concerned_site(self, room: Room) -> str | None:
        """The participant's site, or the site named."""
        return self._own_site(room) or self.site

    def key_scope(self, room: Room) -> str:
        """Words about a participant go under that participant's key."""
        return scope_of(room.trial, self.participant)

    def version_in_force(self, given: Given, room: Room) -> str | None:
        """The protocol version in force at the site on that day."""
        site = self.concerned_site(room)
        return None if site is None else self._at(room, site).protocol_version(given.occurred.day.latest)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record it whatever the state of trial, site or participant; flag who or what is not known here."""
        trial, site = self.trial(room), self._one_site(room)
        deviation = given.token()
        fact = DeviationRecorded(
            about=self.about,
            description=given.text(self.description, TrialTeam, 1024),
            deviation=deviation,
            found="person",
            important=self.important,
            participant=self.participant,
            rule=self.rule,
            site=site,
        )
        main = given.fact(streams.deviation(given.trial, deviation), fact)
        checks: tuple[tuple[RuleCode, bool], ...] = (
            ("unknown-participant", self.participant is not None and self._own_site(room) is None),
            ("unknown-site", site is not None and not self._at(room, site).exists),
            ("fact-after-lock", trial.is_locked(given.now, self.participant)),
        )
        about = (main.event_id,)
        further = (
            found(given, rule, participant=self.participant, site=site, about=about)
            for rule, broken in checks
            if broken
        )
        return (main, *further)

    def _own_site(self, room: Room) -> str | None:
        if self.participant is None:
            return None
        return room.get(Participant, streams.participant(room.trial, self.participant)).site or None

    def _at(self, room: Room, site: str) -> Site:
        return room.get(Site, streams.site(room.trial, site))

    def _one_site(self, room: Room) -> str | None:
        """The site it concerns; Refusal of a site that contradicts the participant's."""
        site = self.concerned_site(room)
        if self.site not in (None, site):
            raise not_in_order(
                "other_site",
                f"Participant {self.participant} is not at site {self.site}.",
                "Check the number, or leave the site out: the participant's own site counts.",
                rule="participant-has-one-site",
            )
        return site


class DeviationCommand(TrialCommand):
    """A command about one deviation, found by a person or by a rule."""

    deviation: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial and the deviation."""
        return (streams.trial(room.trial), streams.deviation(room.trial, self.deviation))

    def concerned_site(self, room: Room) -> str | None:
        """The site that the deviation names."""
        return self._own(room).site

    def key_scope(self, room: Room) -> str:
        """Words about a participant's deviation go under that participant's key."""
        return scope_of(room.trial, self._own(room).participant)

    def known(self, room: Room) -> Deviation:
        """The deviation; Refusal when none was recorded under that id."""
        self.trial(room)
        own = self._own(room)
        if not own.recorded:
            raise not_in_order(
                "no_such_deviation",
                f"There is no deviation {self.deviation}.",
                "Check the id, or record the deviation with `record_deviation`.",
                rule="deviation-must-be-recorded",
            )
        return own

    def in_own_stream(self, given: Given, fact: Fact) -> tuple[Decided, ...]:
        """One fact in the deviation's stream; it opens no further deviation, or closing would never end."""
        return (given.fact(streams.deviation(given.trial, self.deviation), fact),)

    def _own(self, room: Room) -> Deviation:
        return room.get(Deviation, streams.deviation(room.trial, self.deviation))


@command("grade_deviation")
class GradeDeviation(DeviationCommand):
    """Say how important it is, for safety or rights, and for the data; a later grading replaces an earlier one."""

    affects_data: bool
    affects_safety: bool
    important: bool

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse only a deviation that is not there."""
        self.known(room)
        fact = DeviationGraded(
            affects_data=self.affects_data, affects_safety=self.affects_safety, important=self.important
        )
        return self.in_own_stream(given, fact)


@command("close_deviation")
class CloseDeviation(DeviationCommand):
    """Say what was done about it, and that nothing more has to be."""

    action: Words1024

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a second time."""
        own = self.known(room)
        if own.closed:
            raise not_in_order(
                "already_closed",
                f"Deviation {self.deviation} is closed already.",
                "Record a new deviation if something new came to light.",
                rule="closes-once",
            )
        return self.in_own_stream(given, DeviationClosed(action=given.text(self.action, TrialTeam, 1024)))


def scope_of(trial: str, participant: str | None) -> str:
    """Words about a participant go under that participant's key, all others under the trial's."""
    return f"trial:{trial}" if participant is None else f"participant:{trial}/{participant}"
