"""The eligibility decision: prepared by rules, made by a delegated investigator, never waived."""

from collections.abc import Mapping
from datetime import date

from domain.command import Decided, Given, Room, command, has_real_reason
from domain.deviation.found import RuleCode
from domain.eligibility.rule import FactValue, Result, evaluate, facts_named
from domain.participant.base import ParticipantCommand, after_consent
from domain.participant.facts import CriterionResult, EligibilityDecided
from domain.participant.participant import Participant
from domain.protocol.protocol import Criterion, Protocol
from domain.refusals import not_in_order

STRATUM_FACT = "stratum"
"""The recorded fact that tells a participant's stratum; criteria with a scope bind only that stratum."""


def results(protocol: Protocol, own: Participant, day: date) -> tuple[CriterionResult, ...]:
    """Every criterion's result for a participant, by the rules and readings in force at the site on that day."""
    known = own.known
    stratum = known.get(STRATUM_FACT)
    code = getattr(stratum.value, "code", None) if stratum else None
    values = {name: fact.value for name, fact in known.items()}
    return tuple(
        _result(protocol, criterion, own, values, day)
        if criterion.fact.scope in (None, code)
        else _out_of_scope(criterion, known=code is not None)
        for criterion in protocol.leaves
    )


def _result(
    protocol: Protocol, criterion: Criterion, own: Participant, values: Mapping[str, FactValue], day: date
) -> CriterionResult:
    rule, interpretation = protocol.rule_for(criterion, own.site, day)
    judgement = own.judged(criterion.fact.criterion)
    outcome = evaluate(rule, values, judgement=judgement.result if judgement else "unknown")
    behind = [own.known[name].event for name in sorted(facts_named(rule)) if name in own.known]
    return CriterionResult(
        criterion=criterion.fact.criterion,
        facts=(*behind, *((judgement.event,) if judgement else ())),
        interpretation=interpretation,
        met=outcome if criterion.fact.kind == "inclusion" else _not_applying(outcome),
        rule_version=criterion.rule_version,
    )


def _out_of_scope(criterion: Criterion, *, known: bool) -> CriterionResult:
    """A criterion of another stratum is met by not binding; while the stratum is unknown, so is the result."""
    return CriterionResult(
        criterion=criterion.fact.criterion,
        facts=(),
        interpretation=None,
        met="yes" if known else "unknown",
        rule_version=criterion.rule_version,
    )


def _not_applying(outcome: Result) -> Result:
    match outcome:
        case "yes":
            return "no"
        case "no":
            return "yes"
        case "unknown":
            return "unknown"


@command("decide_eligibility")
class DecideEligibility(ParticipantCommand):
    """The investigator decides; the product evaluates every criterion and stores what each gave."""

    TASK = "eligibility"

    eligible: bool

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse "eligible" while one criterion is NO or UNKNOWN, for everyone; and a decision before consent."""
        own = self.permit(given, room, what="an eligibility decision")
        consent = after_consent(own, given.occurred)
        if consent == "act-before-consent":
            raise not_in_order(
                "no_consent",
                f"Participant {self.participant} had not consented by then.",
                "Record the consent with its claimed date and time first.",
                rule="consent-before-eligibility",
            )
        found = results(self.protocol(room), own, given.occurred.day.latest)
        unmet = tuple(result for result in found if result.met != "yes")
        if self.eligible and (unmet or not found):
            raise not_in_order(
                "criteria_not_met",
                f"Participant {self.participant} cannot be judged eligible: {_listed(unmet)}.",
                "Record the missing fact with its source, judge a clinical criterion, or get a reading approved.",
                rule="no-waivers",
            )
        if not self.eligible and not unmet and not has_real_reason(self):
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


def _listed(unmet: tuple[CriterionResult, ...]) -> str:
    if not unmet:
        return "the protocol has no criteria yet"
    return ", ".join(f"{r.criterion} is {'not met' if r.met == 'no' else 'UNKNOWN'}" for r in unmet)
