"""Commands about adverse events: reported, followed up, judged by each side, and what the clocks need."""

from collections.abc import Iterator
from typing import Literal

from domain import streams
from domain.adverse_event.adverse_event import AdverseEvent, AnchorName
from domain.adverse_event.base import CaseCommand, SafetyCommand, future, judging_side
from domain.adverse_event.facts import (
    AdverseEventCoded,
    AdverseEventReported,
    AwarenessCorrected,
    CaseNullified,
    CausalityAssessed,
    ExpectednessAssessed,
    FollowUpReceived,
    ObligationMet,
    Outcome,
    ReceivedBySponsor,
    SeriousCriterion,
    SeriousnessAssessed,
    Severity,
    SuspectProduct,
)
from domain.command import Decided, Given, Room, command
from domain.deviation.found import RuleCode
from domain.fields import Safety, TrialTeam
from domain.input import Code, DateGiven, OccurredGiven, Reference, Words256, Words16384
from domain.participant.checks import after_death
from domain.refusals import not_in_order


@command("report_adverse_event", safety=True)
class ReportAdverseEvent(SafetyCommand):
    """Report an untoward occurrence; reporter, participant, event and product (None: UNKNOWN) suffice."""

    aware_at: OccurredGiven | None = None
    case: Code | None = None
    criteria: tuple[SeriousCriterion, ...] = ()
    narrative: Words16384 | None = None
    onset: DateGiven | None = None
    product: SuspectProduct | Literal["UNKNOWN"] | None = None
    reporter: Reference
    serious: bool | None = None
    severity: Severity | None = None
    term: Words256

    def streams(self, room: Room) -> tuple[str, ...]:
        """What every safety fact needs, and the case where the sender names it."""
        named = () if self.case is None else (streams.adverse_event(room.trial, self.case),)
        return (*named, *super().streams(room))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Accept it in every state of trial, site and participant; flag what is out of order."""
        self.trial(room)
        case = given.token() if self.case is None else self._free(self.case, room)
        narrative = self.narrative
        fact = AdverseEventReported(
            aware_at=self.aware_at,
            case=case,
            criteria=self.criteria,
            narrative=None if narrative is None else given.text(narrative, Safety, 16384),
            onset=self.onset,
            participant=self.participant,
            product=None if self.product == "UNKNOWN" else self.product,
            reporter=self.reporter,
            serious=self.serious,
            severity=self.severity,
            term=given.text(self.term, TrialTeam, 256),
        )
        main = given.fact(streams.adverse_event(given.trial, case), fact)
        return self.with_deviations(given, room, main, self._flags(given, room))

    def _free(self, case: str, room: Room) -> str:
        if room.get(AdverseEvent, streams.adverse_event(room.trial, case)).reported:
            raise not_in_order(
                "case_exists",
                f"There is a case {case} already.",
                "Send a new event without `case`, or more about this one with `follow_up_adverse_event`.",
                rule="case-ids-are-unique",
            )
        return case

    def _flags(self, given: Given, room: Room) -> Iterator[RuleCode]:
        onset = () if self.onset is None else (self.dated(room, self.onset),)
        aware = () if self.aware_at is None else (self.aware_at,)
        yield from future(given, (*onset, *aware))
        if any(after_death(self.own(room), began) for began in onset):
            yield "onset-after-death"


@command("follow_up_adverse_event", safety=True)
class FollowUpAdverseEvent(CaseCommand):
    """Record what more became known about a case, however late: its next version."""

    ended: DateGiven | None = None
    narrative: Words16384 | None = None
    outcome: Outcome = "unknown"
    severity: Severity | None = None

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse only a case that is not there."""
        case, narrative = self.known_case(room), self.narrative
        fact = FollowUpReceived(
            ended=self.ended,
            narrative=None if narrative is None else given.text(narrative, Safety, 16384),
            outcome=self.outcome,
            severity=self.severity,
            version=case.case_version + 1,
        )
        ended = () if self.ended is None else (self.about(room).dated(room, self.ended),)
        return self.in_case(given, room, fact, times=ended)


@command("assess_seriousness", safety=True)
class AssessSeriousness(CaseCommand):
    """Judge whether the event is serious, and by which criteria; for the side that the sender's role is on."""

    criteria: tuple[SeriousCriterion, ...] = ()
    serious: bool

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """The other side's judgement stands beside it."""
        side = judging_side(given.actor)
        self.known_case(room)
        return self.in_case(given, room, SeriousnessAssessed(criteria=self.criteria, serious=self.serious, side=side))


@command("assess_causality", safety=True)
class AssessCausality(CaseCommand):
    """Judge the relation to the product; for the side that the sender's role is on.

    There is no command by which the sponsor lowers the investigator's judgement (EU CTR Annex III 2.1).
    """

    related: bool

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """The other side's judgement stands beside it."""
        side = judging_side(given.actor)
        self.known_case(room)
        return self.in_case(given, room, CausalityAssessed(related=self.related, side=side))


@command("assess_expectedness", safety=True)
class AssessExpectedness(CaseCommand):
    """Judge the event against a version of the reference safety information."""

    expected: bool
    reference: Reference

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Expectedness is the sponsor's judgement (21 CFR 312.32(a))."""
        if judging_side(given.actor) != "sponsor":
            raise not_in_order(
                "not_sponsor_side",
                "Expectedness is judged by the sponsor, against the reference safety information.",
                "Judge seriousness and causality; the sponsor's safety physician judges expectedness.",
                rule="sponsor-judges-expectedness",
            )
        self.known_case(room)
        return self.in_case(given, room, ExpectednessAssessed(expected=self.expected, reference=self.reference))


@command("code_adverse_event", safety=True)
class CodeAdverseEvent(CaseCommand):
    """Code the verbatim term in a dictionary of a version; the term stays as written."""

    code: Code
    dictionary: Code
    dictionary_version: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record it; a later coding stands beside the earlier one."""
        self.known_case(room)
        fact = AdverseEventCoded(code=self.code, dictionary=self.dictionary, dictionary_version=self.dictionary_version)
        return self.in_case(given, room, fact)


@command("record_sponsor_receipt", safety=True)
class RecordSponsorReceipt(CaseCommand):
    """Record that the sponsor received the information, at the time claimed in `occurred_at`: an anchor of clocks."""

    channel: Reference

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record it; the first receipt is the anchor, later ones stand beside it."""
        self.known_case(room)
        return self.in_case(given, room, ReceivedBySponsor(channel=self.channel))


@command("correct_awareness", safety=True, needs_reason=True)
class CorrectAwareness(CaseCommand):
    """Name the right anchor of a clock; the wrong one stays, and so do its due dates."""

    anchor: AnchorName
    aware_at: OccurredGiven

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse to correct a receipt that was never recorded; an UNKNOWN awareness may become known."""
        if self.known_case(room).anchor(self.anchor) is None and self.anchor == "sponsor_receipt":
            raise not_in_order(
                "no_such_anchor",
                f"No receipt by the sponsor is recorded for case {self.case}.",
                "Record it with `record_sponsor_receipt`, with the time of receipt as `occurred_at`.",
                rule="anchor-must-be-recorded",
            )
        fact = AwarenessCorrected(anchor=self.anchor, aware_at=self.aware_at)
        return self.in_case(given, room, fact, times=(self.aware_at,))


@command("nullify_adverse_event", safety=True, needs_reason=True)
class NullifyAdverseEvent(CaseCommand):
    """Say that the case does not hold; it stays visible with all its versions."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a second time."""
        if self.known_case(room).nullified:
            raise not_in_order(
                "already_nullified",
                f"Case {self.case} is nullified already.",
                "Report the event anew if it holds after all.",
                rule="nullifies-once",
            )
        return self.in_case(given, room, CaseNullified())


@command("record_obligation_met", safety=True)
class RecordObligationMet(CaseCommand):
    """Record that a duty which a clock counts was dealt with, in the same words whatever was submitted.

    After a disclosure for a safety report there may be nothing to submit; which of both it was goes into the vault
    with `record_regulatory_submission`. `reference` is the safety desk's own, never an authority's.
    """

    obligation: Code
    reference: Reference

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record it."""
        self.known_case(room)
        return self.in_case(given, room, ObligationMet(obligation=self.obligation, reference=self.reference))
