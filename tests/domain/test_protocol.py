"""The protocol: versions, criteria word for word, rules, and readings that two named persons approve."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain import streams
from domain.eligibility.rule import Holds, Judged, Rule, Unresolved
from domain.people.facts import TrialAdded
from domain.protocol.commands import (
    ApproveInterpretation,
    ApproveProtocolVersion,
    CodeRule,
    IssueConsentVersion,
    ProposeInterpretation,
    RecordCriterion,
    VisitPart,
)
from domain.protocol.facts import InterpretationProposed, ProtocolVersionApproved, RuleCoded
from domain.protocol.protocol import Protocol
from domain.values import PartialDate
from tests.domain.harness import MEDICAL_MONITOR, SECOND_SPONSOR, SPONSOR, World, one
from tests.domain.story import SHA, criterion, registered

APRIL = date(2027, 4, 30)


def protocol(world: World) -> Protocol:
    return world.get(Protocol, streams.protocol("T1"))


def version(name: str = "1", *visits: str, before_consent: tuple[str, ...] = ()) -> ApproveProtocolVersion:
    return ApproveProtocolVersion(
        before_consent=before_consent,
        change="initial",
        digest=SHA,
        references="None",
        summary="A version",
        version=name,
        visits=tuple(VisitPart(visit=code, target_day=1, days_before=0, days_after=0) for code in visits),
    )


def proposing(
    code: str = "R1",
    *,
    criterion: str = "I1",
    effective: str = "2027-04-01",
    rule: Rule | None = None,
    sites: tuple[str, ...] | None = None,
) -> ProposeInterpretation:
    return ProposeInterpretation(
        change="clarification",
        change_judged_by="Sponsor",
        choice="The second option",
        criterion=criterion,
        effective=PartialDate(effective),
        interpretation=code,
        options=("As written", "As meant"),
        question="Is the wording inverted?",
        rationale="The words can only be meant so",
        references="Letter of the committee",
        rule=rule or Holds(fact="adult"),
        sites=sites,
    )


def approved(world: World, wish: ProposeInterpretation) -> World:
    world.when(wish)
    for approver in (SECOND_SPONSOR, MEDICAL_MONITOR):
        world.when(ApproveInterpretation(interpretation=wish.interpretation), by=approver)
    return world


def world_with(*criteria: str) -> World:
    world = registered(World())
    world.by = SPONSOR
    for code in criteria:
        world.when(criterion(code, None)[0])
    return world


def test_a_protocol_version_is_recorded_under_a_name_of_its_own() -> None:
    world = world_with()

    fact = one(world.when(version("1", "V1", before_consent=("temperature",))), ProtocolVersionApproved)

    assert fact.visits[0].visit == "V1"
    assert fact.reuse_days is None
    assert protocol(world).has_version("1")
    assert not protocol(world).has_version("2")
    assert world.refuses(version("1")).code == "version_exists"


def test_schedule_and_list_of_what_may_precede_consent_are_those_of_the_version_in_force() -> None:
    world = world_with()
    world.when(version("1", "V1", before_consent=("temperature",)))
    world.when(version("2", "V2"))

    found = protocol(world)

    assert found.visit("V1", "1") is not None
    assert found.visit("V1", "2") is None
    assert found.visit("V1", None) is None
    assert found.may_precede_consent("temperature", "1")
    assert not found.may_precede_consent("temperature", "2")
    assert not found.may_precede_consent("temperature", None)
    assert not found.may_precede_consent("biopsy", "1")
    assert found.reuse_days(None) is None


def test_a_consent_version_is_issued_once_per_document_and_language() -> None:
    world = world_with()
    issuing = IssueConsentVersion(digest=SHA, document="ICF", language="zh", version="1")

    world.when(issuing)

    assert world.refuses(issuing).code == "version_exists"
    assert world.when(IssueConsentVersion(digest=SHA, document="ICF", language="en", version="1"))
    assert not protocol(world).asks_again("ICF", "1", "zh")


def test_a_criterion_is_kept_word_for_word_with_its_hash_and_stays_unresolved_until_a_rule_is_coded() -> None:
    world = world_with("I1")

    found = protocol(world).criterion("I1")

    assert found is not None
    assert (found.fact.verbatim, found.fact.sha256, found.rule) == ("The words of I1", SHA, Unresolved())
    assert protocol(world).unread == ("I1",)
    assert world.refuses(criterion("I1", None)[0]).code == "criterion_exists"


def test_a_compound_criterion_is_judged_by_its_parts() -> None:
    world = world_with("I1")

    world.when(
        RecordCriterion(criterion="I1a", kind="inclusion", ordinal=1, parent="I1", sha256=SHA, verbatim="One part")
    )

    assert [leaf.fact.criterion for leaf in protocol(world).leaves] == ["I1a"]
    orphan = RecordCriterion(criterion="X", kind="exclusion", ordinal=2, parent="I9", sha256=SHA, verbatim="A part")
    assert world.refuses(orphan).code == "no_such_criterion"


def test_a_rule_has_a_version_and_the_latest_one_checks() -> None:
    world = world_with("I1", "I2")

    first = one(world.when(CodeRule(criterion="I1", note="First", rule=Judged())), RuleCoded)
    second = one(world.when(CodeRule(criterion="I1", note="Second", rule=Holds(fact="adult"))), RuleCoded)

    assert (first.rule_version, second.rule_version) == (1, 2)
    found = protocol(world).criterion("I1")
    assert found is not None
    assert protocol(world).rule_for(found, "01", APRIL) == (Holds(fact="adult"), None)
    assert protocol(world).unread == ("I2",)
    assert world.refuses(CodeRule(criterion="I9", note="None", rule=Judged())).code == "no_such_criterion"


def test_a_malformed_rule_is_not_read() -> None:
    with pytest.raises(ValidationError, match="Invalid value 'guess'"):
        CodeRule.model_validate({"criterion": "I1", "note": "x", "rule": {"type": "guess"}})


@pytest.mark.requirement("P11-11", "P11-12")
def test_a_reading_holds_when_two_named_persons_approved_neither_the_proposer() -> None:
    world = world_with("I1")
    assert world.refuses(ApproveInterpretation(interpretation="R1")).code == "nothing_proposed"

    fact = one(world.when(proposing()), InterpretationProposed)
    assert (fact.question, fact.options, fact.change) == (
        "Is the wording inverted?",
        ("As written", "As meant"),
        "clarification",
    )
    assert world.refuses(ApproveInterpretation(interpretation="R1")).code == "same_person"
    world.when(ApproveInterpretation(interpretation="R1"), by=SECOND_SPONSOR)
    assert world.refuses(ApproveInterpretation(interpretation="R1"), by=SECOND_SPONSOR).rule == "two-distinct-approvers"
    assert protocol(world).unread == ("I1",)
    world.when(ApproveInterpretation(interpretation="R1"), by=MEDICAL_MONITOR)

    assert protocol(world).unread == ()
    assert protocol(world).reading("I1", "01", APRIL) is not None


def test_a_reading_is_about_a_recorded_criterion_and_has_a_code_of_its_own() -> None:
    world = world_with("I1")
    world.when(proposing())

    assert world.refuses(proposing()).code == "interpretation_exists"
    assert world.refuses(proposing("R2", criterion="I9")).code == "no_such_criterion"


def in_force(world: World, site: str, day: date) -> str | None:
    found = protocol(world).criterion("I1")
    assert found is not None
    return protocol(world).rule_for(found, site, day)[1]


@pytest.mark.requirement("E6-27")
def test_a_reading_is_effective_per_site_and_day() -> None:
    world = approved(world_with("I1"), proposing("R1", effective="2027-04-01", sites=("01",)))

    assert in_force(world, "01", date(2027, 3, 31)) is None
    assert in_force(world, "01", date(2027, 4, 1)) == "R1"
    assert in_force(world, "02", date(2027, 4, 1)) is None


def test_a_reading_known_to_the_month_holds_from_the_last_day_it_can_mean() -> None:
    world = approved(world_with("I1"), proposing("R1", effective="2027-04"))

    assert in_force(world, "01", date(2027, 4, 29)) is None
    assert in_force(world, "01", APRIL) == "R1"


def test_of_two_readings_the_later_effective_holds_and_of_one_day_the_later_proposed() -> None:
    world = approved(world_with("I1"), proposing("R1", effective="2027-04-02"))
    approved(world, proposing("R2", effective="2027-04-01"))
    assert in_force(world, "01", APRIL) == "R1"

    approved(world, proposing("R3", effective="2027-04-02"))
    world.when(proposing("R4", effective="2027-04-03"))

    assert in_force(world, "01", APRIL) == "R3"
    assert in_force(world, "01", date(2027, 4, 1)) == "R2"


def test_the_rule_of_an_earlier_reading_can_be_found_again() -> None:
    world = approved(world_with("I1"), proposing("R1", rule=Holds(fact="first")))
    approved(world, proposing("R2", rule=Holds(fact="second")))
    found = protocol(world).criterion("I1")

    assert found is not None
    assert protocol(world).rule_of(found, "R1") == Holds(fact="first")
    assert protocol(world).rule_of(found, None) == Unresolved()


def test_a_protocol_is_unmoved_by_what_is_not_about_protocols() -> None:
    world = world_with("I1")
    before = protocol(world)

    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert before.after(entry).at_version(before.version) == before
