"""The eligibility decision: prepared by rules, made by a delegated investigator, never waived."""

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from domain import streams
from domain.command import Decided, Given, Room, command, has_real_reason
from domain.deviation.found import RuleCode
from domain.eligibility.rule import Chosen, Rule, evaluate, facts_named, negated
from domain.participant.base import ParticipantCommand
from domain.participant.checks import after_consent, too_old_to_reuse
from domain.participant.facts import CriterionResult, EligibilityDecided
from domain.participant.participant import Participant
from domain.participant.parts import KnownFact
from domain.protocol.protocol import Criterion, Protocol
from domain.refusals import not_in_order
from domain.signature.permission import approved, refuse_unsigned

STRATUM_FACT = "stratum"
"""The recorded fact that tells a participant's stratum; criteria with a scope bind only that stratum."""


def usable(own: Participant, window: int | None) -> dict[str, KnownFact]:
    """What is known and may be used: a result from before a re-screening only inside the protocol's window (days)."""
    return {name: known for name, known in own.known.items() if not too_old_to_reuse(own, known.occurred, window)}


def results(
    protocol: Protocol, own: Participant, day: date, *, window: int | None = None
) -> tuple[CriterionResult, ...]:
    """Every criterion's result for a participant, by the rules and readings in force at the site on that day."""
    known = usable(own, window)
    return tuple(
        _result(criterion, *protocol.rule_for(criterion, own.site, day), own, known) for criterion in protocol.leaves
    )


def overtaken(protocol: Protocol, own: Participant, window: int | None) -> tuple[CriterionResult, ...]:
    """What is no longer met by the facts known now, each by the rule and reading that the decision was made on."""
    known, made = usable(own, window), own.eligibility.results if own.eligibility else ()
    again = (
        _result(criterion, protocol.rule_of(criterion, result.interpretation), result.interpretation, own, known)
        for result in made
        if (criterion := protocol.criterion(result.criterion)) is not None
        and (result.interpretation is not None or result.rule_version == criterion.rule_version)
    )
    return tuple(result for result in again if result.met != "yes")


def _result(
    criterion: Criterion, rule: Rule, interpretation: str | None, own: Participant, known: Mapping[str, KnownFact]
) -> CriterionResult:
    stratum = known.get(STRATUM_FACT)
    code = stratum.value.code if stratum and isinstance(stratum.value, Chosen) else None
    scoped = (stratum.event,) if criterion.fact.scope and stratum else ()
    if criterion.fact.scope not in (None, code):
        return _out_of_scope(criterion, scoped, known=code is not None)
    judgement = own.judged(criterion.fact.criterion)
    values = {name: fact.value for name, fact in known.items()}
    outcome = evaluate(rule, values, judgement=judgement.result if judgement else "unknown")
    behind = [known[name].event for name in sorted(facts_named(rule)) if name in known]
    return CriterionResult(
        criterion=criterion.fact.criterion,
        facts=(*scoped, *behind, *((judgement.event,) if judgement else ())),
        interpretation=interpretation,
        met=outcome if criterion.fact.kind == "inclusion" else negated(outcome),
        rule_version=criterion.rule_version,
    )


def _out_of_scope(criterion: Criterion, scoped: tuple[UUID, ...], *, known: bool) -> CriterionResult:
    """A criterion of another stratum is met by not binding; while the stratum is unknown, so is the result."""
    return CriterionResult(
        criterion=criterion.fact.criterion,
        facts=scoped,
        interpretation=None,
        met="yes" if known else "unknown",
        rule_version=criterion.rule_version,
    )


@command("decide_eligibility")
class DecideEligibility(ParticipantCommand):
    """The investigator decides; the product evaluates every criterion and stores what each gave."""

    TASK = "eligibility"

    eligible: bool

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the signatures of the protocol's readings."""
        return (*super().streams(room), streams.signatures(streams.protocol(room.trial)))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The protocol, entry by entry: each approval of a reading is looked at."""
        return (streams.protocol(room.trial),)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse "eligible" while one criterion is NO or UNKNOWN, for everyone; and a decision before consent."""
        own = self.permit(given, room, what="an eligibility decision")
        self._by_delegate(given, room)
        if own.screening_ended:
            raise not_in_order(
                "screening_ended",
                f"Participant {self.participant} left, was lost or died before a decision.",
                "Open a new screening record when the person is screened again.",
                rule="decision-while-screening",
            )
        consent = after_consent(own, given.occurred)
        if consent == "act-before-consent":
            raise not_in_order(
                "no_consent",
                f"Participant {self.participant} had not consented by then.",
                "Record the consent with its claimed date and time first.",
                rule="consent-before-eligibility",
            )
        window = self.protocol(room).reuse_days(self.version_in_force(given, room))
        found = results(self.protocol(room), own, given.occurred.day.latest, window=window)
        unmet = tuple(result for result in found if result.met != "yes")
        if self.eligible and (unmet or not found):
            raise not_in_order(
                "criteria_not_met",
                f"Participant {self.participant} cannot be judged eligible: {_listed(unmet)}.",
                "Record the missing fact with its source, judge a clinical criterion, or get a reading approved.",
                rule="no-waivers",
            )
        if self.eligible:
            refuse_unsigned("The decision rests on readings", self._unsigned(room, found), code="approval_not_signed")
        elif not unmet and not has_real_reason(self):
            raise not_in_order(
                "reason_needed",
                "Every criterion is met, yet the decision is not eligible.",
                "Give a reason in words.",
                rule="decision-against-the-rules-needs-a-reason",
            )
        fact = EligibilityDecided(
            eligible=self.eligible, failed=tuple(r.criterion for r in unmet if r.met == "no"), results=found
        )
        rules: tuple[RuleCode, ...] = () if consent is None else (consent,)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), rules)

    def _unsigned(self, room: Room, found: tuple[CriterionResult, ...]) -> Iterator[str]:
        """The readings behind the results whose approval nobody, or only one, has signed."""
        read = approved(room, streams.protocol(room.trial), "interpretation")
        used = {result.interpretation for result in found}
        named = ((r.fact.interpretation, r.event) for r in self.protocol(room).readings)
        return (code for code, event in named if code in used and event not in read)

    def _by_delegate(self, given: Given, room: Room) -> None:
        """The principal investigator delegates, everybody else is delegated (conduct rules, section 5)."""
        actor, site = given.actor, self.at_own_site(room)
        if actor.role != "investigator" and not site.delegated(actor.person, "eligibility", given.occurred.day):
            raise not_in_order(
                "not_delegated",
                f"{actor.person} was not delegated eligibility decisions at site {site.site} on that day.",
                "Let a delegated investigator decide, or record the delegation first.",
                rule="a-delegated-investigator-decides",
            )


def refuse_unless_eligible(own: Participant, protocol: Protocol, window: int | None) -> None:
    """Refuse without a decision that says eligible, and while a fact known now says NO or UNKNOWN against it."""
    if own.eligibility is None or not own.eligibility.eligible:
        raise not_in_order(
            "not_eligible",
            f"Participant {own.number} has no decision that says eligible.",
            "Let a delegated investigator decide first.",
            rule="eligible-before-enrolment",
        )
    unmet = overtaken(protocol, own, window)
    if unmet:
        raise not_in_order(
            "criteria_not_met",
            f"Facts recorded since the decision speak against participant {own.number}: {_listed(unmet)}.",
            "Let a delegated investigator decide again on what is known now.",
            rule="no-waivers",
        )


def _listed(unmet: tuple[CriterionResult, ...]) -> str:
    if not unmet:
        return "the protocol has no criteria yet"
    return ", ".join(f"{r.criterion} is {'not met' if r.met == 'no' else 'UNKNOWN'}" for r in unmet)
