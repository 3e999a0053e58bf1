"""Lists of each site: made from one seed, committed to before the site's first enrolment, under the stratum's cap."""

from collections import Counter

import pytest

from compliance.proofs.tree import root_of
from domain import streams
from domain.allocation.commands import SealLists
from domain.allocation.design_commands import DeclareDesign, ParameterPart
from domain.allocation.facts import ListSealed, RandomisationCommitted, SealedDesign, SlotDrawn
from domain.allocation.lists import Places, Randomisation
from domain.participant.eligibility import DecideEligibility
from domain.participant.enrolment import Allocate, Enrol
from domain.participant.facts import Allocated
from domain.randomisation.rand_v1 import slot_leaves
from domain.trial.commands import OpenScreening
from tests.domain.harness import RANDOMISATION_STATISTICIAN, SPONSOR, World, one
from tests.domain.story import (
    BLOCK_DESIGN,
    SITE,
    allocated,
    assessed,
    consented,
    decided,
    enrolled,
    registered,
    screened,
    settings,
    with_design,
    with_lists,
    with_protocol,
    with_site,
)

PER_SITE = BLOCK_DESIGN.model_copy(update={"per_site": True})


def two_sites(design: DeclareDesign = PER_SITE, *, cap: int = 3, sealed: tuple[str, ...] = (SITE,)) -> World:
    """A trial open to screening at two sites; lists for the sites named."""
    world = decided(registered(World(), "design"), "design", settings(cap=cap))
    with_site(with_site(with_protocol(world)), "02")
    with_design(world, design)
    for site in sealed:
        seal(world, site)
    world.when(OpenScreening(), by=SPONSOR)
    return world


def seal(world: World, site: str | None) -> RandomisationCommitted:
    return one(world.when(SealLists(site=site), by=RANDOMISATION_STATISTICIAN), RandomisationCommitted)


def eligible_at(world: World, site: str, stratum: str = "SLE") -> str:
    number = screened(world, site=site)
    consented(world, number)
    world.later(hours=1)
    assessed(world, number, stratum=stratum)
    world.when(DecideEligibility(eligible=True, participant=number))
    return number


def allocated_at(world: World, site: str, stratum: str = "SLE") -> str:
    number = eligible_at(world, site, stratum)
    world.when(Enrol(participant=number))
    world.when(Allocate(participant=number))
    return number


def drawn_from(world: World, number: str) -> ListSealed:
    """The list that the slot of a participant belongs to."""
    (found,) = [
        held
        for held in world.every(ListSealed)
        for fact in world.facts(streams.sealed_list("T1", held.list_id))
        if isinstance(fact, SlotDrawn) and fact.participant == number
    ]
    return found


@pytest.mark.requirement("EMA-16")
def test_each_site_has_lists_of_its_own_for_every_stratum() -> None:
    world = two_sites(sealed=(SITE, "02"))

    first, second = world.every(RandomisationCommitted)

    assert [(row.stratum, row.site) for row in (*first.strata, *second.strata)] == [
        ("SLE", "01"),
        ("LN", "01"),
        ("SLE", "02"),
        ("LN", "02"),
    ]
    assert (first.version, second.version) == (1, 1)
    assert first.seed_commitment == second.seed_commitment
    assert first.root != second.root
    lists = world.every(ListSealed)
    assert len({held.list_id for held in lists}) == 4
    assert len({held.seed for held in lists}) == 1
    assert len({world.randomiser.slots(held, "T1") for held in lists}) == 4
    assert [held.label for held in lists] == ["SLE/01", "LN/01", "SLE/02", "LN/02"]
    for committed, site in ((first, "01"), (second, "02")):
        own = [held for held in lists if held.site == site]
        assert {held.root for held in own} == {committed.root} == {world.randomiser.root(own, "T1")}
        assert [held.first_leaf for held in own] == [1, 65]
        slots = [(f"{held.stratum}/{site}", world.randomiser.slots(held, "T1")) for held in own]
        leaves = [leaf for label, arms in slots for leaf in slot_leaves(own[0].seed, "T1", label, arms)]
        assert root_of(leaves).hex() == committed.root


def test_i6_every_complete_block_of_every_site_has_the_exact_ratio() -> None:
    of_three = (ParameterPart(name="sizes", values=("3",)),)
    world = two_sites(PER_SITE.model_copy(update={"parameters": of_three}), sealed=(SITE, "02"))

    for held in world.every(ListSealed):
        slots = world.randomiser.slots(held, "T1")
        assert [Counter(slots[at : at + 3]) for at in range(0, 63, 3)] == [{"a1": 2, "a2": 1}] * 21


def test_an_allocation_is_drawn_from_the_list_of_its_own_site_and_names_that_root() -> None:
    world = two_sites(sealed=(SITE, "02"))
    here, there = allocated_at(world, SITE), allocated_at(world, "02")

    assert [drawn_from(world, number).label for number in (here, there)] == ["SLE/01", "SLE/02"]
    assert [fact.list_root for fact in world.every(Allocated)] == [
        drawn_from(world, number).root for number in (here, there)
    ]
    public = world.get(Randomisation, streams.randomisation("T1"))
    for number in (here, there):
        allocation = world.participant(number).allocation
        assert allocation is not None
        found = public.list_of(allocation.fact.list_root, allocation.fact.stratum)
        assert found == drawn_from(world, number).list_id


def test_i2_nobody_is_enrolled_at_a_site_whose_lists_are_not_committed() -> None:
    world = two_sites()
    waiting = eligible_at(world, "02")
    refusal = world.refuses(Enrol(participant=waiting))
    assert (refusal.code, refusal.rule) == ("no_stratum", "stratum-before-enrolment")

    seal(world, "02")

    assert world.when(Enrol(participant=waiting))


def test_the_cap_is_the_strata_s_over_all_sites() -> None:
    world = two_sites(cap=2, sealed=(SITE, "02"))
    allocated_at(world, SITE)
    allocated_at(world, "02")
    third = eligible_at(world, "02")

    assert world.refuses(Enrol(participant=third)).rule == "stratum-caps-hold"
    assert world.get(Places, streams.stratum("T1", "SLE")).taken == 2
    assert allocated_at(world, "02", "LN")


def test_a_site_that_is_added_later_gets_lists_of_the_same_seed_and_beacon() -> None:
    world = two_sites(PER_SITE.model_copy(update={"beacon": "a public beacon"}), sealed=())
    first = one(
        world.when(SealLists(beacon_value="1000", site=SITE), by=RANDOMISATION_STATISTICIAN), RandomisationCommitted
    )
    allocated_at(world, SITE)
    differing = SealLists(beacon_value="1001", site="02")
    assert world.refuses(differing, by=RANDOMISATION_STATISTICIAN).code == "beacon_value_differs"

    second = seal(world, "02")

    assert (first.beacon_value, second.beacon_value) == ("1000", "1000")
    assert first.seed_commitment == second.seed_commitment


def test_a_site_is_named_exactly_where_each_has_lists_of_its_own_and_once() -> None:
    world = two_sites()

    for site, code in ((None, "site_missing"), ("09", "no_such_site"), (SITE, "already_committed")):
        assert world.refuses(SealLists(site=site), by=RANDOMISATION_STATISTICIAN).code == code
    together = with_design(decided(registered(World(), "design"), "design", settings()))
    assert together.refuses(SealLists(site=SITE), by=RANDOMISATION_STATISTICIAN).code == "lists_for_all_sites"


def test_a_new_design_has_lists_for_a_site_again_and_no_draw_is_possible_before() -> None:
    world = two_sites(sealed=(SITE, "02"))
    number = eligible_at(world, "02")
    world.when(Enrol(participant=number))
    with_design(world, PER_SITE)
    seal(world, SITE)

    refusal = world.refuses(Allocate(participant=number))
    assert str(refusal) == "No allocation is possible now. Call the randomisation statistician."

    seal(world, "02")
    world.when(Allocate(participant=number))
    assert drawn_from(world, number).version == 2


def test_lists_for_all_sites_know_no_site() -> None:
    world = two_sites(BLOCK_DESIGN, sealed=())
    with_lists(world)

    assert {held.site for held in world.every(ListSealed)} == {None}
    assert [held.label for held in world.every(ListSealed)] == ["SLE", "LN"]
    assert [drawn_from(world, allocated_at(world, site)).label for site in (SITE, "02")] == ["SLE", "SLE"]
    assert not any(design.per_site for design in world.every(SealedDesign))
    assert allocated(world)
    assert world.participant(enrolled(world, stratum="LN")).is_enrolled
