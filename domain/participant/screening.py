"""Screening, consent and the facts of screening."""

from typing import Literal

from domain import streams
from domain.allocation.lists import Numbers
from domain.arm_revealing import refuse_telling
from domain.command import Decided, Given, Room, command
from domain.deviation.found import RuleCode, found
from domain.eligibility.rule import asks_judgement
from domain.fields import TrialTeam
from domain.input import Code, FactGiven, Words1024
from domain.participant.base import ParticipantCommand, ParticipantNumber
from domain.participant.checks import after_consent, after_death, after_withdrawal, broken, too_old_to_reuse
from domain.participant.facts import (
    ConsentGiven,
    ConsentScope,
    ConsentWithdrawn,
    CriterionJudged,
    FactRecorded,
    ProcedurePerformed,
    Rescreened,
    ScreeningEnded,
    ScreeningNumberIssued,
    ScreeningOpened,
)
from domain.participant.participant import Participant
from domain.refusals import not_in_order
from domain.site.commands import SiteCode, SiteCommand
from domain.site.site import Site
from domain.trial.trial import Trial


@command("open_screening_record")
class OpenScreeningRecord(SiteCommand):
    """Issue the next screening number of the trial; never refused.

    `expect` is the number the sender counts on, `previous` links a re-screening to the earlier number.
    """

    expect: ParticipantNumber | None = None
    previous: ParticipantNumber | None = None
    site: SiteCode

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, the site, the sequence of numbers, and the earlier record."""
        earlier = () if self.previous is None else (streams.participant(room.trial, self.previous),)
        return (*super().streams(room), streams.screening_numbers(room.trial), *earlier)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Issue it, link it, and open a deviation before opening or at an inactive site (conduct rules, section 1)."""
        self.known_site(room)
        number = room.get(Numbers, streams.screening_numbers(given.trial)).next
        if self.expect not in (None, number):
            raise not_in_order(
                "unexpected_number",
                f"The next screening number is {number}, not {self.expect}.",
                f"Send the command again without `expect`, or with {number}.",
                rule="numbers-are-one-sequence",
            )
        opened = given.fact(
            streams.participant(given.trial, number),
            ScreeningOpened(number=number, previous=self.previous, site=self.site),
        )
        issued = given.fact(streams.screening_numbers(given.trial), ScreeningNumberIssued(number=number))
        deviations = (
            found(given, rule, participant=number, site=self.site, about=(opened.event_id,))
            for rule in self._out_of_order(given, room)
        )
        return (opened, issued, *self._link(given, room, number), *deviations)

    def _link(self, given: Given, room: Room, number: str) -> tuple[Decided, ...]:
        if self.previous is None:
            return ()
        stream = streams.participant(given.trial, self.previous)
        if not room.get(Participant, stream).exists:
            raise not_in_order(
                "no_such_participant",
                f"Nobody was screened here under the number {self.previous}.",
                "Check the earlier number.",
                rule="participant-must-be-screened",
            )
        return (given.fact(stream, Rescreened(next=number)),)

    def _out_of_order(self, given: Given, room: Room) -> tuple[RuleCode, ...]:
        trial = room.get(Trial, streams.trial(given.trial))
        site = room.get(Site, streams.site(given.trial, self.site))
        return broken(
            ("screening-before-opening", not trial.opened),
            ("trial-paused", trial.paused),
            ("trial-closed", trial.closed),
            ("fact-after-lock", trial.is_locked(given.now)),
            ("site-not-active", not site.is_active_on(given.occurred.day)),
        )


@command("record_consent")
class RecordConsent(ParticipantCommand):
    """Record that consent was given, at the time claimed in `occurred_at`; late or on a wrong version: recorded."""

    TASK = "consent"

    copy_handed_over: bool | None = None
    document: Code
    informed_by: Code | None
    language: Code
    scopes: tuple[ConsentScope, ...] = ("treatment", "follow_up", "samples", "data_use")
    signer: Literal["participant", "representative", "witness"] = "participant"
    version: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Flag a version that was not the approved one that day, and who informed without delegation."""
        self.known(room)
        site, day = self.at_own_site(room), given.occurred.day
        fact = ConsentGiven(
            copy_handed_over=self.copy_handed_over,
            document=self.document,
            informed_by=self.informed_by,
            language=self.language,
            scopes=self.scopes,
            signer=self.signer,
            version=self.version,
        )
        informed = self.informed_by is not None and site.delegated(self.informed_by, "consent", day)
        rules = broken(
            (
                "consent-version-not-approved",
                site.consent_version(self.document, self.language, day) != self.version,
            ),
            ("informed-without-delegation", not informed),
        )
        return self.with_deviations(given, room, self.in_own_stream(given, fact), rules)


@command("withdraw_consent")
class WithdrawConsent(ParticipantCommand):
    """Record that consent was withdrawn for some scopes; no reason is needed, and nothing collected is lost."""

    scopes: tuple[ConsentScope, ...]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record it."""
        self.known(room)
        fact = ConsentWithdrawn(scopes=self.scopes)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), ())


@command("record_fact")
class RecordFact(ParticipantCommand):
    """Record a typed fact about the participant, such as a laboratory value or the age at consent."""

    fact: Code
    value: FactGiven

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Flag collection after the use of data was withdrawn, and what is too old to be used again."""
        own = self.known(room)
        if own.allocation is not None:
            refuse_telling(self.fact, "payload.fact")
        window = self.protocol(room).reuse_days(self.version_in_force(given, room))
        rules = broken(
            ("act-after-withdrawal", after_withdrawal(own, ("data_use",), given.occurred)),
            ("result-too-old-to-reuse", too_old_to_reuse(own, given.occurred, window)),
        )
        fact = FactRecorded(fact=self.fact, value=self.value)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), rules)


@command("record_procedure")
class RecordProcedure(ParticipantCommand):
    """Record that a trial procedure was done."""

    procedure: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Flag a procedure before consent, unless the protocol names it among what may come before."""
        own = self.known(room)
        if own.allocation is not None:
            refuse_telling(self.procedure, "payload.procedure")
        consent = after_consent(own, given.occurred)
        allowed = self.protocol(room).may_precede_consent(self.procedure, self.version_in_force(given, room))
        checks = broken(
            (consent or "act-before-consent", consent is not None and not allowed),
            ("renewed-consent-missing", self.renewal_missing(given, room)),
            ("act-after-withdrawal", after_withdrawal(own, ("follow_up", "samples"), given.occurred)),
            ("act-after-death", after_death(own, given.occurred)),
        )
        fact = ProcedurePerformed(procedure=self.procedure)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), checks)


@command("judge_criterion")
class JudgeCriterion(ParticipantCommand):
    """The investigator judges a criterion that is marked as clinical judgement; with the reason for it."""

    TASK = "eligibility"

    criterion: Code
    rationale: Words1024
    result: Literal["yes", "no"]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a criterion that a rule decides: there are no waivers (conduct rules, section 5)."""
        self.known(room)
        site, day = self.at_own_site(room), given.occurred.day.latest
        protocol = self.protocol(room)
        criterion = protocol.criterion(self.criterion)
        if criterion is None or not asks_judgement(protocol.rule_for(criterion, site.site, day)[0]):
            raise not_in_order(
                "not_a_judgement",
                f"Criterion {self.criterion} is not marked as clinical judgement.",
                "Record the facts that its rule asks for, or propose an interpretation.",
                rule="no-waivers",
            )
        sealed = given.text(self.rationale, TrialTeam, 1024)
        fact = CriterionJudged(criterion=self.criterion, rationale=sealed, result=self.result)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), ())


@command("end_screening")
class EndScreening(ParticipantCommand):
    """Record that screening ended without a decision: the person left, was lost, or died."""

    how: Literal["left", "lost", "died"]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Flag an end of screening for somebody who is enrolled already."""
        rules = broken(("screening-ended-after-enrolment", self.known(room).is_enrolled))
        fact = ScreeningEnded(how=self.how)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), rules)
