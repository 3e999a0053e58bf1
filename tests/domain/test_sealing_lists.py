"""Lists: from a declared design and the seed of two officers, sealed and committed before anybody is enrolled."""

from typing import Final

import pytest

from domain import streams
from domain.allocation.commands import SealLists
from domain.allocation.design_commands import DeclareDesign, ParameterPart
from domain.allocation.facts import (
    DesignDeclared,
    ListSealed,
    RandomisationCommitted,
    SealedDesign,
    SeedShare,
    SlotDrawn,
)
from domain.allocation.lists import Randomisation
from domain.eligibility.rule import Chosen
from domain.errors import InvalidInputError
from domain.participant.enrolment import Allocate
from domain.participant.screening import RecordFact
from domain.randomisation.rand_v1 import joint_seed
from domain.trial.facts import DecisionProposed
from tests.domain.harness import RANDOMISATION_STATISTICIAN, SPONSOR, World, one
from tests.domain.story import (
    BLOCK_DESIGN,
    SITE,
    allocated,
    decided,
    enrolled,
    open_trial,
    proposing,
    registered,
    settings,
    with_design,
    with_lists,
)


def designed(*, cap: int = 3) -> World:
    world = decided(registered(World(), "design"), "design", settings(cap=cap))
    world.by = RANDOMISATION_STATISTICIAN
    return world


# --- lists -----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("EMA-16", "ST-02")
def test_i2_lists_are_sealed_into_the_vault_and_committed_to_before_anybody_is_enrolled() -> None:
    world = with_design(designed(cap=15))

    entries = world.when(SealLists(), by=RANDOMISATION_STATISTICIAN)

    committed = one(entries, RandomisationCommitted)
    lists = world.every(ListSealed)
    assert {entry.frame.ledger for entry in entries if isinstance(entry.fact, ListSealed)} == {"vault:T1"}
    assert (committed.scheme, committed.version, committed.ratio) == ("rand/v1", 1, (2, 1))
    assert [(row.stratum, row.cap, row.site) for row in committed.strata] == [("SLE", 15, None), ("LN", 15, None)]
    assert [row.list_id for row in committed.strata] == [made.list_id for made in lists]
    assert [(made.stratum, made.length, made.first_leaf) for made in lists] == [("SLE", 64, 1), ("LN", 64, 65)]
    assert committed.root == lists[0].root == lists[1].root == world.randomiser.root(lists, "T1")
    assert committed.seed_commitment == world.randomiser.seed_commitment(lists[0].seed, "T1")
    assert committed.seed_commitment == lists[0].seed_commitment
    assert {frozenset(world.randomiser.slots(held, "T1")) for held in lists} == {frozenset(("a1", "a2"))}


@pytest.mark.parametrize(("cap", "length"), [(1, 64), (32, 64), (33, 128), (100, 256)])
def test_a_list_is_at_least_twice_its_cap_and_its_length_tells_nothing_more(cap: int, length: int) -> None:
    world = with_lists(designed(cap=cap))

    assert {made.length for made in world.every(ListSealed)} == {length}


def test_the_commitment_shows_neither_method_nor_parameters_nor_length_nor_arms() -> None:
    world = with_lists(designed())

    (committed,) = world.every(RandomisationCommitted)

    assert not {"method", "parameters", "length", "arms", "seed", "slots"} & set(committed.__struct_fields__)
    assert set(committed.strata[0].__struct_fields__) == {"cap", "list_id", "site", "stratum"}
    assert world.get(Randomisation, streams.randomisation("T1")).stratum("LUPUS") is None
    assert world.get(Randomisation, streams.randomisation("T1")).in_use("LUPUS", SITE) is None
    assert repr(world.every(ListSealed)[0]) == "ListSealed(concealed)"


def test_lists_wait_for_a_design_and_for_the_shares_of_two_officers_and_are_committed_once() -> None:
    world = designed()
    assert world.refuses(SealLists()).code == "no_design_declared"
    world.when(BLOCK_DESIGN)
    refusal = world.refuses(SealLists())
    assert (refusal.code, refusal.rule) == ("shares_incomplete", "seed-of-two-distinct-officers")

    world = with_lists(designed())

    assert world.refuses(SealLists()).code == "no_design_declared"


def test_lists_are_not_made_for_strata_that_were_decided_anew() -> None:
    world = with_design(designed())
    decided(world, "design", settings(cap=4))

    assert world.refuses(SealLists(), by=RANDOMISATION_STATISTICIAN).code == "design_overtaken"


def test_the_seed_is_that_of_both_officers_and_of_the_beacon_that_was_named() -> None:
    world = with_design(designed(), BLOCK_DESIGN.model_copy(update={"beacon": "a public beacon"}))
    assert world.refuses(SealLists()).code == "beacon_value_missing"
    world.when(SealLists(beacon_value="1000"))

    (committed,) = world.every(RandomisationCommitted)
    shares = [share.share for share in world.every(SeedShare)]
    assert committed.beacon_value == "1000"
    assert world.every(ListSealed)[0].seed == joint_seed("T1", 1, shares, "1000")


def test_a_value_of_no_beacon_is_refused() -> None:
    world = with_design(designed())

    assert world.refuses(SealLists(beacon_value="1000")).code == "no_beacon_declared"


def test_i26_a_design_that_is_changed_is_a_new_version_and_old_slots_stay() -> None:
    world = open_trial()
    first = allocated(world)
    before = world.participant(first).allocation
    assert before is not None
    old = world.every(ListSealed)

    with_lists(world, BLOCK_DESIGN.model_copy(update={"method": "simple", "parameters": ()}))
    second = allocated(world)

    after = world.participant(second).allocation
    assert after is not None
    versions = world.every(RandomisationCommitted)
    assert [version.version for version in versions] == [1, 2]
    assert (before.fact.list_root, after.fact.list_root) == (versions[0].root, versions[1].root)
    assert versions[0].seed_commitment != versions[1].seed_commitment
    assert world.every(ListSealed)[:2] == old
    assert [(slot.participant, slot.index) for slot in world.every(SlotDrawn)] == [(first, 1), (second, 1)]
    public = world.get(Randomisation, streams.randomisation("T1"))
    assert public.list_of(before.fact.list_root, "SLE") == old[0].list_id


def test_parameters_that_break_the_ratio_declare_nothing() -> None:
    world = designed()
    broken = BLOCK_DESIGN.model_copy(update={"parameters": (ParameterPart(name="sizes", values=("4",)),)})

    with pytest.raises(InvalidInputError) as caught:
        world.when(broken)

    assert caught.value.code == "randomisation_sizes"
    assert not world.every(DesignDeclared)
    assert not world.every(SealedDesign)


# --- minimised draws -------------------------------------------------------------------------------------------


MINIMISING: Final = (
    ParameterPart(name="factors", values=("site", "sex")),
    ParameterPart(name="measure", values=("range",)),
    ParameterPart(name="p", values=("4/5",)),
    ParameterPart(name="form", values=("fake_arms",)),
)


def minimised(*parameters: ParameterPart) -> DeclareDesign:
    return BLOCK_DESIGN.model_copy(update={"method": "minimisation", "parameters": parameters})


@pytest.mark.requirement("EMA-16")
def test_a_minimised_allocation_is_drawn_from_recorded_facts_and_keeps_what_it_was_drawn_from() -> None:
    world = open_trial()
    with_lists(world, minimised(*MINIMISING))
    number = enrolled(world)
    refusal = world.refuses(Allocate(participant=number))
    assert (refusal.code, refusal.rule) == ("allocation_fact_missing", "allocation-needs-its-facts")
    assert "sex" in str(refusal)

    world.when(RecordFact(fact="sex", participant=number, value=Chosen(code="F")))
    drawn = one(world.when(Allocate(participant=number)), SlotDrawn)

    sealed = world.every(ListSealed)[-2]
    assert drawn.inputs is not None
    assert [(level.factor, level.level) for level in drawn.inputs.levels] == [("site", SITE), ("sex", "F")]
    assert drawn.inputs.chances == (1, 1, 1)
    assert drawn.inputs.word == world.randomiser.slots(sealed, "T1")[0]
    assert drawn.arm == ("a1", "a1", "a2")[drawn.inputs.place]


def test_i25_an_exception_of_a_method_needs_an_approved_decision_and_not_just_an_id() -> None:
    world = designed()
    foretold = (*MINIMISING[:2], MINIMISING[3], ParameterPart(name="p", values=("1",)))
    (proposed,) = [entry for entry in world.entries[streams.trial("T1")] if isinstance(entry.fact, DecisionProposed)]
    no_id = ParameterPart(name="allowed_by", values=("D4",))
    other = ParameterPart(name="allowed_by", values=(str(world.new_id()),))
    decision = ParameterPart(name="allowed_by", values=(str(proposed.body.event_id),))

    with pytest.raises(InvalidInputError, match="can be foretold"):
        world.when(minimised(*foretold))
    with pytest.raises(InvalidInputError, match="id of a decision"):
        world.when(minimised(*foretold, no_id))
    (waiting,) = world.when(proposing("design"), by=SPONSOR)
    unapproved = ParameterPart(name="allowed_by", values=(str(waiting.body.event_id),))
    assert world.refuses(minimised(*foretold, unapproved)).code == "exception_not_decided"
    refusal = world.refuses(minimised(*foretold, other))
    assert (refusal.code, refusal.rule) == ("exception_not_decided", "exceptions-of-a-method-are-decided")
    assert world.when(minimised(*foretold, decision))
