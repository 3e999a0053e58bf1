"""The eligibility decision: every criterion's result kept, readings per site and day, and no waivers."""

from datetime import date
from uuid import UUID

import pytest

from domain import streams
from domain.command import COMMANDS, Reason
from domain.commands import __all__ as all_commands
from domain.eligibility.rule import Chosen, Compare, FactValue, Holds, Result, Rule, Stated, Unresolved
from domain.participant.eligibility import DecideEligibility, overtaken, results
from domain.participant.enrolment import Enrol
from domain.participant.facts import CriterionResult, EligibilityDecided
from domain.participant.screening import EndScreening, JudgeCriterion, RecordFact
from domain.protocol.commands import ApproveInterpretation, CodeRule, ProposeInterpretation
from domain.protocol.protocol import Protocol
from domain.site.commands import DelegateTasks
from domain.values import PartialDate
from tests.domain.harness import MEDICAL_MONITOR, SECOND_SPONSOR, SPONSOR, SUB_INVESTIGATOR, World, deviations, one
from tests.domain.story import (
    DAY,
    SITE,
    assessed,
    consented,
    criterion,
    eligible,
    measured,
    open_trial,
    quantity,
    screened,
)


def screening(*, stratum: str = "SLE") -> World:
    """Participant 001 with consent and every fact that the criteria ask for."""
    world = open_trial().at("2027-03-03T10:00")
    consented(world, screened(world))
    world.later(hours=1)
    assessed(world, "001", stratum=stratum)
    return world


def recording(name: str, value: FactValue) -> RecordFact:
    return RecordFact(fact=name, participant="001", value=value)


def deciding(*, eligible: bool = True, reason: str | None = None) -> DecideEligibility:
    why = None if reason is None else Reason(code="other", text=reason)
    return DecideEligibility(eligible=eligible, participant="001", reason=why)


def found(world: World, day: date = date(2027, 3, 3)) -> dict[str, CriterionResult]:
    protocol = world.get(Protocol, streams.protocol("T1"))
    return {result.criterion: result for result in results(protocol, world.participant(), day)}


def met(world: World) -> dict[str, Result]:
    return {code: result.met for code, result in found(world).items()}


def reading(
    world: World,
    rule: Rule,
    *,
    code: str = "R1",
    effective: str = "2027-03-01",
    sites: tuple[str, ...] | None = None,
    of: str = "I1",
) -> None:
    world.when(
        ProposeInterpretation(
            change="clarification",
            change_judged_by="Sponsor",
            choice="The second option",
            criterion=of,
            effective=PartialDate(effective),
            interpretation=code,
            options=("As written", "As meant"),
            question="How is it meant?",
            rationale="It can only be meant so",
            references="None",
            rule=rule,
            sites=sites,
        ),
        by=SPONSOR,
    )
    for approver in (SECOND_SPONSOR, MEDICAL_MONITOR):
        world.when(ApproveInterpretation(interpretation=code), by=approver)


@pytest.mark.requirement("P11-11")
def test_a_decision_stores_what_every_criterion_gave_by_which_rule_and_on_which_facts() -> None:
    world = screening()

    fact = one(world.when(deciding()), EligibilityDecided)

    assert fact.eligible
    assert fact.failed == ()
    assert [(result.criterion, result.met, result.rule_version) for result in fact.results] == [
        ("I1", "yes", 1),
        ("E1", "yes", 1),
        ("I2", "yes", 1),
    ]
    own = world.participant()
    judgement = own.judged("I2")
    assert judgement is not None
    assert [result.facts for result in fact.results] == [
        (own.known["age"].event,),
        (own.known["pregnant"].event,),
        (judgement.event,),
    ]
    assert own.eligibility is not None
    assert (own.eligibility.eligible, own.eligibility.by) == (True, "investigator-01")


@pytest.mark.requirement("P11-11")
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("age", measured("17", "a"), "I1 is not met"),
        ("age", Stated(holds=True), "I1 is UNKNOWN"),
        ("pregnant", Stated(holds=True), "E1 is not met"),
        ("pregnant", Chosen(code="maybe"), "E1 is UNKNOWN"),
    ],
)
def test_no_or_unknown_blocks_the_decision_for_everyone(name: str, value: FactValue, words: str) -> None:
    world = screening()
    world.when(recording(name, value))

    refusal = world.refuses(deciding())

    assert (refusal.code, refusal.rule) == ("criteria_not_met", "no-waivers")
    assert words in refusal.what


def test_an_exclusion_that_applies_is_a_criterion_not_met() -> None:
    world = screening()
    world.when(recording("pregnant", Stated(holds=True)))

    fact = one(world.when(deciding(eligible=False)), EligibilityDecided)

    assert (fact.eligible, fact.failed) == (False, ("E1",))


def test_without_criteria_nobody_is_eligible() -> None:
    world = open_trial()
    del world.entries[streams.protocol("T1")][2:]
    consented(world, screened(world))

    assert "no criteria yet" in world.refuses(deciding(), occurred="2027-03-01T11:00").what


def test_there_is_no_waiver() -> None:
    assert all_commands
    assert not [name for name in COMMANDS if any(word in name for word in ("waive", "override", "exempt", "except"))]


def test_a_corrected_fact_a_judgement_or_a_reading_are_the_ways_forward() -> None:
    world = open_trial().at("2027-03-03T10:00")
    consented(world, screened(world))
    world.later(hours=1)
    world.when(recording("pregnant", Stated(holds=False)))
    world.when(recording("age", measured("12", "a")))
    assert met(world) == {"I1": "no", "E1": "yes", "I2": "unknown"}

    world.when(recording("age", measured("21", "a")))
    assert met(world)["I1"] == "yes"
    world.when(JudgeCriterion(criterion="I2", participant="001", rationale="Able to take part", result="yes"))
    assert met(world)["I2"] == "yes"
    reading(world, Unresolved(), of="E1")
    assert met(world)["E1"] == "unknown"
    assert world.refuses(deciding()).code == "criteria_not_met"
    reading(world, Holds(fact="pregnant"), code="R2", of="E1")

    assert one(world.when(deciding()), EligibilityDecided).results[1].interpretation == "R2"


def test_an_older_result_entered_late_replaces_no_newer_one() -> None:
    world = screening()

    world.when(recording("age", measured("12", "a")), occurred="2027-03-03T10:30")

    assert met(world)["I1"] == "yes"
    assert len(world.participant().facts) == 4


@pytest.mark.requirement("P11-11")
def test_a_criterion_that_a_rule_decides_is_not_judged() -> None:
    world = screening()

    for code in ("I1", "I9"):
        judging = JudgeCriterion(criterion=code, participant="001", rationale="It will be fine", result="yes")
        refusal = world.refuses(judging)
        assert (refusal.code, refusal.rule) == ("not_a_judgement", "no-waivers")


def test_the_last_judgement_counts_and_its_reason_is_sealed_to_the_trial_team() -> None:
    world = screening()

    (entry,) = world.when(JudgeCriterion(criterion="I2", participant="001", rationale="Too ill by now", result="no"))

    assert met(world)["I2"] == "no"
    assert (entry.fact.rationale.audience, entry.fact.rationale.size) == ("trial_team", 1024)
    assert world.seals.kept[entry.fact.rationale.nonce] == "Too ill by now"
    assert world.seals.scopes[entry.fact.rationale.nonce] == "participant:T1/001"


def test_not_eligible_although_every_criterion_is_met_needs_a_reason_in_words() -> None:
    world = screening()

    assert world.refuses(deciding(eligible=False)).code == "reason_needed"
    assert world.refuses(deciding(eligible=False, reason="n/a")).code == "reason_needed"

    assert not one(
        world.when(deciding(eligible=False, reason="The person moves abroad next week")), EligibilityDecided
    ).eligible


@pytest.mark.requirement("P11-11", "GD-03")
def test_eligibility_is_not_decided_before_consent() -> None:
    world = open_trial().at("2027-03-03T10:00")
    screened(world)
    assessed(world, "001")
    assert world.refuses(deciding()).code == "no_consent"

    world.later(hours=1)
    consented(world, "001")

    assert world.refuses(deciding(), occurred="2027-03-03T10:30").code == "no_consent"
    assert deviations(world.when(deciding(), occurred="2027-03-03")) == ("consent-order-unknown",)


def test_nothing_is_decided_about_somebody_who_left_screening() -> None:
    world = screening()
    world.when(EndScreening(how="left", participant="001"))

    assert world.refuses(deciding()).code == "screening_ended"


@pytest.mark.requirement("P11-12")
def test_eligibility_is_decided_by_a_delegated_investigator() -> None:
    world = screening()
    assert world.refuses(deciding(), by=SUB_INVESTIGATOR).rule == "a-delegated-investigator-decides"

    delegating = DelegateTasks(
        delegate=SUB_INVESTIGATOR.person,
        delegate_role="sub_investigator",
        site=SITE,
        starts=DAY,
        tasks=("eligibility",),
    )
    world.when(delegating)

    assert one(world.when(deciding(), by=SUB_INVESTIGATOR), EligibilityDecided).eligible


# --- scope and strata ------------------------------------------------------------------------------------------

PROTEINURIA = Compare(fact="proteinuria", relation=">=", threshold=quantity("1.0", "g/(24.h)"))
NEPHRITIS = Holds(fact="nephritis")


def in_strata(stratum: str | None, **facts: FactValue) -> dict[str, Result]:
    """Results where LN asks for proteinuria, and SLE for no nephritis."""
    world = open_trial().at("2027-03-03T10:00")
    for wish in (
        *criterion("LN1", PROTEINURIA, scope="LN"),
        *criterion("SLE1", NEPHRITIS, exclusion=True, scope="SLE"),
    ):
        world.when(wish, by=SPONSOR)
    consented(world, screened(world))
    if stratum is not None:
        world.when(recording("stratum", Chosen(code=stratum)))
    for name, value in facts.items():
        world.when(recording(name, value))
    return {code: result for code, result in met(world).items() if code in ("LN1", "SLE1")}


def test_a_criterion_of_another_stratum_does_not_bind() -> None:
    assert in_strata("SLE", nephritis=Stated(holds=False)) == {"LN1": "yes", "SLE1": "yes"}
    assert in_strata("LN", proteinuria=measured("1.0", "g/(24.h)")) == {"LN1": "yes", "SLE1": "yes"}


def test_while_the_stratum_is_unknown_so_are_the_criteria_of_every_stratum() -> None:
    facts: dict[str, FactValue] = {"nephritis": Stated(holds=False), "proteinuria": measured("2", "g/(24.h)")}

    assert in_strata(None, **facts) == {"LN1": "unknown", "SLE1": "unknown"}


def test_nephritis_outside_the_thresholds_belongs_to_neither_stratum() -> None:
    outside: dict[str, FactValue] = {"nephritis": Stated(holds=True), "proteinuria": measured("900", "mg/(24.h)")}

    assert in_strata("LN", **outside)["LN1"] == "no"
    assert in_strata("SLE", **outside)["SLE1"] == "no"


# --- readings and later knowledge ------------------------------------------------------------------------------


@pytest.mark.requirement("E6-27")
def test_readings_are_effective_per_site_and_day() -> None:
    world = screening()
    older = Compare(fact="age", relation=">=", threshold=quantity("60", "a"))

    reading(world, older, effective="2027-03-03", sites=("02",))
    assert found(world)["I1"].interpretation is None
    reading(world, older, code="R2", effective="2027-03-04", sites=(SITE,))

    assert found(world)["I1"].met == "yes"
    assert found(world, date(2027, 3, 4))["I1"].met == "no"
    assert found(world, date(2027, 3, 4))["I1"].interpretation == "R2"


def test_a_changed_interpretation_is_never_applied_to_a_made_decision() -> None:
    world = open_trial()
    number = eligible(world)
    before = world.participant(number).eligibility

    reading(world, Compare(fact="age", relation=">=", threshold=quantity("60", "a")), effective="2027-01-01")
    world.when(CodeRule(criterion="E1", note="Anew", rule=Unresolved()), by=SPONSOR)

    assert world.participant(number).eligibility == before
    assert met(world) == {"I1": "no", "E1": "unknown", "I2": "yes"}
    assert world.when(Enrol(participant=number))


@pytest.mark.requirement("P11-11")
def test_a_fact_that_speaks_against_a_made_decision_blocks_enrolment_until_it_is_decided_again() -> None:
    world = open_trial()
    number = eligible(world)
    world.later(days=1)

    world.when(recording("pregnant", Stated(holds=True)))

    refusal = world.refuses(Enrol(participant=number))
    assert (refusal.code, refusal.rule) == ("criteria_not_met", "no-waivers")
    assert "E1 is not met" in refusal.what
    world.later(days=1)
    world.when(recording("pregnant", Stated(holds=False)))
    assert world.when(Enrol(participant=number))


def test_a_decision_is_looked_at_again_by_the_reading_it_was_made_on() -> None:
    world = screening()
    reading(world, Compare(fact="age", relation=">=", threshold=quantity("30", "a")))
    world.when(deciding())
    reading(world, Compare(fact="age", relation=">=", threshold=quantity("20", "a")), code="R2")
    world.later(hours=1)

    world.when(recording("age", measured("25", "a")))

    protocol = world.get(Protocol, streams.protocol("T1"))
    assert [result.interpretation for result in overtaken(protocol, world.participant(), None)] == ["R1"]
    assert overtaken(Protocol.start(), world.participant(), None) == ()
    assert overtaken(protocol, world.participant("002"), None) == ()


def test_somebody_whose_stratum_changed_since_the_decision_is_judged_by_the_new_one() -> None:
    world = open_trial()
    for wish in criterion("LN1", PROTEINURIA, scope="LN"):
        world.when(wish, by=SPONSOR)
    number = eligible(world)
    world.later(hours=1)

    world.when(recording("stratum", Chosen(code="LN")))

    assert "LN1 is UNKNOWN" in world.refuses(Enrol(participant=number)).what


def test_the_facts_behind_a_scoped_result_include_the_stratum() -> None:
    world = open_trial()
    for wish in criterion("LN1", PROTEINURIA, scope="LN"):
        world.when(wish, by=SPONSOR)
    number = eligible(world)
    decision = world.participant(number).eligibility

    assert decision is not None
    behind: tuple[UUID, ...] = decision.results[-1].facts
    assert behind == (world.participant(number).known["stratum"].event,)
