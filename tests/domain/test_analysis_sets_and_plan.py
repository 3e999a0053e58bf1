"""The analysis plan and the analysis sets: decided blind, signed, before the lock."""

import pytest

from domain import streams
from domain.release.analysis import FixAnalysisSets, RecordAnalysisPlan
from domain.release.facts import AnalysisSetsFixed, ExclusionDecided
from domain.release.state import AnalysisPlan, AnalysisSets
from tests.domain.harness import MEDICAL_MONITOR, STATISTICIAN, World, one
from tests.domain.release_story import PLAN, excluding, lock, ready, revealed, unlock
from tests.domain.signing_story import sign_late, unsigned
from tests.domain.story import enrolled


@pytest.fixture
def world() -> World:
    return ready(allocations=2)


def sets(world: World) -> AnalysisSets:
    return world.get(AnalysisSets, streams.analysis_sets(world.trial))


def test_a_version_of_the_plan_is_recorded_once_and_an_amended_one_beside_it(world: World) -> None:
    world.when(PLAN, by=STATISTICIAN)

    assert world.refuses(PLAN, by=STATISTICIAN).code == "plan_version_exists"
    world.when(RecordAnalysisPlan(digest="6" * 64, reference="SAP, amended", version="2.0"), by=STATISTICIAN)
    plan = world.get(AnalysisPlan, streams.analysis_plan(world.trial))
    first, second = plan.versions
    assert (first.version, second.version) == ("1.0", "2.0")
    assert plan.at(second.act.position - 1) == first.act
    assert plan.at(first.act.position - 1) is None


def test_an_exclusion_is_recorded_with_its_reason_sealed_and_counts_when_the_sets_are_fixed(world: World) -> None:
    fact = one(world.when(excluding(), by=MEDICAL_MONITOR), ExclusionDecided)

    fixed = one(world.when(FixAnalysisSets(), by=STATISTICIAN), AnalysisSetsFixed)

    assert (fact.analysis_set, fact.participant, fixed.exclusions) == ("per_protocol", "001", 1)
    assert world.seals.kept[fact.rationale.nonce] == "Never took a dose."


def test_nobody_is_left_out_of_the_intention_to_treat_set(world: World) -> None:
    refused = world.refuses(excluding(analysis_set="intention_to_treat"), by=STATISTICIAN)

    assert (refused.code, refused.rule) == ("everybody_counts", "intention-to-treat-is-complete")


def test_who_was_not_allocated_belongs_to_no_set_and_nobody_is_left_out_twice(world: World) -> None:
    world.when(excluding(), by=STATISTICIAN)
    number = enrolled(world)

    assert world.refuses(excluding(number), by=STATISTICIAN).code == "never_allocated"
    assert world.refuses(excluding("099"), by=STATISTICIAN).code == "no_such_participant"
    assert world.refuses(excluding(), by=MEDICAL_MONITOR).code == "already_excluded"
    assert world.when(excluding(analysis_set="safety"), by=MEDICAL_MONITOR)


@pytest.mark.requirement("E6-23")
def test_after_the_lock_no_set_is_changed_or_fixed(world: World) -> None:
    lock(world)

    for wish in (excluding(), FixAnalysisSets()):
        refused = world.refuses(wish, by=STATISTICIAN)
        assert (refused.code, refused.rule) == ("trial_locked", "analysis-sets-before-the-lock")


def test_after_the_reveal_no_set_is_decided_even_while_the_trial_is_unlocked(world: World) -> None:
    revealed(world)
    unlock(world)

    for wish in (excluding(), FixAnalysisSets()):
        assert world.refuses(wish, by=STATISTICIAN).code == "arms_are_known"


def test_the_sets_are_not_fixed_while_an_exclusion_is_unsigned(world: World) -> None:
    unsigned(world, excluding(), by=MEDICAL_MONITOR)

    refused = world.refuses(FixAnalysisSets(), by=STATISTICIAN)
    sign_late(world, "analysis-sets")

    assert refused.code == "exclusion_not_signed"
    assert "001" in refused.what
    assert world.when(FixAnalysisSets(), by=STATISTICIAN)


def test_a_later_exclusion_opens_the_sets_again(world: World) -> None:
    world.when(FixAnalysisSets(), by=STATISTICIAN)
    assert world.refuses(FixAnalysisSets(), by=STATISTICIAN).code == "already_fixed"

    world.when(excluding("002"), by=STATISTICIAN)

    assert sets(world).fixed is None
    assert one(world.when(FixAnalysisSets(), by=STATISTICIAN), AnalysisSetsFixed).exclusions == 1
