"""What follows once somebody knows an arm: acknowledged, explained, assessed, closed; and accidents."""

from typing import ClassVar, Literal

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.deviation.found import RuleCode, found
from domain.fields import TrialTeam
from domain.input import Reference, Words1024, Words4096
from domain.participant.base import ParticipantNumber
from domain.participant.participant import Participant
from domain.refusals import not_in_order
from domain.site.commands import SiteCode
from domain.trial.commands import TrialCommand
from domain.unblinding.base import RequestCommand
from domain.unblinding.facts import (
    AccidentReported,
    DisclosureAcknowledged,
    ImpactAssessed,
    NarrativeRecorded,
    UnblindingClosed,
)
from domain.unblinding.unblinding import Kind, Unblinding


@command("acknowledge_disclosure")
class AcknowledgeDisclosure(RequestCommand):
    """Confirm having learned the arm; the desk confirms for the physician whom it called back."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"routine", "emergency", "susar"})

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse everybody to whom nothing was disclosed, and a second time."""
        waiting = self.known(room).unacknowledged
        recipient = waiting[0] if self._speaks_for(given, room) and waiting else given.actor.person
        if recipient not in waiting:
            raise not_in_order(
                "nothing_to_acknowledge",
                f"No disclosure to {given.actor.person} waits for an acknowledgement.",
                "A recipient acknowledges each disclosure once.",
                rule="recipient-acknowledges",
            )
        return (self.in_request(given, DisclosureAcknowledged(recipient=recipient)),)

    def _speaks_for(self, given: Given, room: Room) -> bool:
        """Whether it is the desk, for a physician outside the trial who has no account here."""
        return self.own(room).through_desk and given.actor.role == "code_break_desk"


@command("record_unblinding_narrative")
class RecordUnblindingNarrative(RequestCommand):
    """Explain an emergency code-break. The arm is not named in it."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"emergency"})

    narrative: Words4096

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Accept it whenever it comes; the first one later than 24 hours after the disclosure opens a deviation."""
        own = self.known(room)
        sealed = given.text(self.narrative, TrialTeam, 4096)
        main = self.in_request(given, NarrativeRecorded(narrative=sealed))
        if not own.narrative_is_late(given.now):
            return (main,)
        site, about = self.concerned_site(room), (main.event_id,)
        return (main, found(given, "narrative-late", participant=own.participant, site=site, about=about))


@command("assess_unblinding_impact")
class AssessUnblindingImpact(RequestCommand):
    """Judge what it means for the participant's data and the trial that somebody knows, or may know, an arm."""

    explanation: Words1024
    impact: Literal["none", "participant_data", "site", "trial"]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse where nobody has learned anything; a later assessment stands beside the earlier."""
        own = self.known(room)
        _somebody_knows(own, self.request)
        sealed = given.text(self.explanation, TrialTeam, 1024)
        return (self.in_request(given, ImpactAssessed(explanation=sealed, impact=self.impact)),)


@command("close_unblinding")
class CloseUnblinding(RequestCommand):
    """Close it: everything that follows a disclosure is done."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse while an acknowledgement, an emergency's narrative or the impact assessment is missing."""
        own = self.known(room)
        if own.closed:
            raise not_in_order(
                "already_closed", "It is closed already.", "Nothing needs to be done.", rule="closes-once"
            )
        _somebody_knows(own, self.request)
        missing = own.missing_for_closure
        if missing:
            raise not_in_order(
                "unblinding_unfinished",
                f"The unblinding {self.request} cannot be closed: {'; '.join(missing)} missing.",
                "Record what is missing first.",
                rule="unblinding-is-followed-up",
            )
        return (self.in_request(given, UnblindingClosed()),)


def _somebody_knows(own: Unblinding, request: str) -> None:
    if own.kind != "accident" and not own.disclosures:
        raise not_in_order(
            "nothing_disclosed",
            f"Nobody has learned an arm through the unblinding {request}.",
            "A request that was never disclosed ends by itself: rejected, withdrawn or expired.",
            rule="only-a-disclosure-has-consequences",
        )


@command("report_accidental_unblinding", safety=True)
class ReportAccidentalUnblinding(TrialCommand):
    """Report that somebody learned, or may have learned, an arm by accident. Do not name the arm.

    Anyone may report it, of any participant: `site` is where the reporter works.
    """

    account: Words1024
    learned_by: tuple[Reference, ...]
    participant: ParticipantNumber | None = None
    site: SiteCode | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, and the participant."""
        own = () if self.participant is None else (streams.participant(room.trial, self.participant),)
        return (streams.trial(room.trial), *own)

    def concerned_site(self, room: Room) -> str | None:
        """Where the reporter works, so that nobody is turned away; else the participant's site."""
        return self.site or self._own_site(room)

    def key_scope(self, room: Room) -> str:
        """The account goes under the participant's key, where it is about one."""
        trial = room.trial
        return f"trial:{trial}" if self.participant is None else f"participant:{trial}/{self.participant}"

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """A fact: recorded whatever the state, with the deviation it is."""
        self.trial(room)
        request, site = given.token(), self._own_site(room)
        fact = AccidentReported(
            account=given.text(self.account, TrialTeam, 1024),
            learned_by=self.learned_by,
            participant=self.participant,
            request=request,
        )
        main = given.fact(streams.unblinding(given.trial, request), fact)
        unknown: tuple[RuleCode, ...] = ("unknown-participant",) if self.participant and site is None else ()
        rules: tuple[RuleCode, ...] = ("accidental-unblinding", *unknown)
        about, where = (main.event_id,), site or self.site
        return (main, *(found(given, rule, participant=self.participant, site=where, about=about) for rule in rules))

    def _own_site(self, room: Room) -> str | None:
        if self.participant is None:
            return None
        return room.get(Participant, streams.participant(room.trial, self.participant)).site or None
