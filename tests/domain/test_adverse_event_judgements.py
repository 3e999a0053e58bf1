"""Investigator and sponsor judge apart; no word of the one takes away what the other said."""

from itertools import product

import pytest

from domain.adverse_event.adverse_event import UNJUDGED, Opinions
from domain.adverse_event.commands import (
    AssessCausality,
    AssessExpectedness,
    AssessSeriousness,
)
from domain.adverse_event.facts import CausalityAssessed, ExpectednessAssessed, SeriousnessAssessed
from domain.command import Actor, Command
from domain.site.commands import CloseSite
from tests.domain.harness import (
    COORDINATOR,
    DATA_MANAGER,
    INVESTIGATOR,
    MEDICAL_MONITOR,
    SPONSOR,
    SUB_INVESTIGATOR,
    deviations,
    one,
    persona,
)
from tests.domain.safety_story import SAFETY_PHYSICIAN, SERVICE, case_of, with_case
from tests.domain.story import open_trial

UNBLINDER = persona("unblinder-01", "safety_unblinder", "Sponsor")
RELATED = AssessCausality(case="AE-1", related=True)
UNRELATED = AssessCausality(case="AE-1", related=False)
SERIOUS = AssessSeriousness(case="AE-1", criteria=("hospitalisation",), serious=True)
EXPECTED = AssessExpectedness(case="AE-1", expected=True, reference="IB 7")


@pytest.mark.parametrize(
    ("by", "side"),
    [
        (INVESTIGATOR, "investigator"),
        (SUB_INVESTIGATOR, "investigator"),
        (SAFETY_PHYSICIAN, "sponsor"),
        (MEDICAL_MONITOR, "sponsor"),
    ],
)
def test_whose_judgement_it_is_follows_from_the_role_alone(by: Actor, side: str) -> None:
    world = with_case()

    causality = one(world.when(RELATED, by=by), CausalityAssessed)
    seriousness = one(world.when(SERIOUS, by=by), SeriousnessAssessed)

    assert (causality.related, causality.side) == (True, side)
    assert (seriousness.criteria, seriousness.serious, seriousness.side) == (("hospitalisation",), True, side)
    assert "side" not in {*AssessCausality.model_fields, *AssessSeriousness.model_fields}


@pytest.mark.parametrize("wish", [RELATED, SERIOUS, EXPECTED], ids=lambda wish: wish.NAME)
def test_a_service_account_never_judges(wish: Command) -> None:
    refusal = with_case().refuses(wish, by=SERVICE)

    assert (refusal.code, refusal.rule) == ("service_cannot_judge", "service-accounts-never-judge")


@pytest.mark.parametrize("by", [COORDINATOR, SPONSOR, DATA_MANAGER, UNBLINDER], ids=lambda by: by.role)
@pytest.mark.parametrize("wish", [RELATED, SERIOUS, EXPECTED], ids=lambda wish: wish.NAME)
def test_who_is_no_blinded_physician_of_either_side_does_not_judge(wish: Command, by: Actor) -> None:
    refusal = with_case().refuses(wish, by=by)

    assert (refusal.code, refusal.rule) == ("not_a_judge", "physicians-judge")


@pytest.mark.parametrize(
    ("wish", "by"), [(RELATED, INVESTIGATOR), (SERIOUS, SAFETY_PHYSICIAN), (EXPECTED, SAFETY_PHYSICIAN)]
)
def test_nobody_judges_a_case_that_does_not_exist(wish: Command, by: Actor) -> None:
    world = open_trial()

    assert world.refuses(wish, by=by).code == "no_such_case"


@pytest.mark.requirement("SAF-10")
def test_the_sponsors_no_never_takes_away_the_investigators_yes() -> None:
    world = with_case()
    world.when(RELATED, by=INVESTIGATOR)
    world.when(SERIOUS, by=INVESTIGATOR)

    world.when(UNRELATED, by=SAFETY_PHYSICIAN)
    world.when(AssessSeriousness(case="AE-1", serious=False), by=MEDICAL_MONITOR)

    case = case_of(world)
    assert case.causality == case.seriousness == Opinions(investigator=True, sponsor=False)
    assert case.related
    assert case.seriousness.either is True


@pytest.mark.requirement("SAF-10")
@pytest.mark.parametrize(("investigator", "sponsor"), list(product((None, True, False), repeat=2)))
def test_a_case_counts_as_related_until_both_sides_have_said_no(
    investigator: bool | None, sponsor: bool | None
) -> None:
    world = with_case()

    for by, answer in ((INVESTIGATOR, investigator), (SAFETY_PHYSICIAN, sponsor)):
        if answer is not None:
            world.when(AssessCausality(case="AE-1", related=answer), by=by)

    assert case_of(world).related is ((investigator, sponsor) != (False, False))


def test_the_investigator_may_change_the_investigators_own_judgement() -> None:
    world = with_case()

    world.when(RELATED, by=INVESTIGATOR)
    world.when(UNRELATED, by=SAFETY_PHYSICIAN)
    world.when(UNRELATED, by=SUB_INVESTIGATOR)

    assert not case_of(world).related
    assert [told.related for told in world.every(CausalityAssessed)] == [True, False, False]


def test_what_was_reported_stands_for_the_investigators_word_until_the_investigator_judges() -> None:
    world = with_case(serious=True)
    assert case_of(world).seriousness == Opinions(investigator=True, sponsor=None)

    world.when(AssessSeriousness(case="AE-1", serious=False), by=INVESTIGATOR)

    assert case_of(world).seriousness == Opinions(investigator=False, sponsor=None)


def test_a_question_that_nobody_answered_is_not_answered_no() -> None:
    assert UNJUDGED.either is None
    assert Opinions(investigator=None, sponsor=False).either is False
    assert Opinions(investigator=False, sponsor=True).either is True


def test_a_case_counts_as_unexpected_until_the_sponsor_judged_it_expected() -> None:
    world = with_case()
    assert case_of(world).unexpected

    told = one(world.when(EXPECTED, by=SAFETY_PHYSICIAN), ExpectednessAssessed)

    assert (told.expected, told.reference) == (True, "IB 7")
    assert not case_of(world).unexpected
    world.when(AssessExpectedness(case="AE-1", expected=False, reference="IB 8"), by=MEDICAL_MONITOR)
    assert case_of(world).unexpected


def test_the_investigator_does_not_judge_expectedness() -> None:
    refusal = with_case().refuses(EXPECTED, by=INVESTIGATOR)

    assert (refusal.code, refusal.rule) == ("not_sponsor_side", "sponsor-judges-expectedness")


def test_judgements_go_on_after_the_site_closed_and_flag_only_the_sites_own() -> None:
    world = with_case()
    world.when(CloseSite(site="01"))

    assert deviations(world.when(RELATED, by=INVESTIGATOR)) == ("site-closed",)
    assert deviations(world.when(UNRELATED, by=SAFETY_PHYSICIAN)) == ()
