"""Before a list: the design is fixed first, then two officers commit to their shares, then they reveal them."""

from hashlib import sha256

import pytest
from pydantic import ValidationError

from domain import streams
from domain.allocation.commands import SealLists
from domain.allocation.design_commands import (
    ArmPart,
    CommitSeedShare,
    DeclareDesign,
    ParameterPart,
    RevealSeedShare,
    unsalted,
)
from domain.allocation.facts import DesignDeclared, SealedDesign, SeedShare, ShareCommitted, ShareRevealed
from domain.allocation.lists import Design, Randomisation
from domain.allocation.slots import Slot
from domain.errors import InvalidInputError
from domain.people.facts import TrialAdded
from domain.plain import written
from domain.randomisation.rand_v1 import design_commitment, lp, share_commitment
from tests.domain.harness import OFFICER, RANDOMISATION_STATISTICIAN, STATISTICIAN, World, one
from tests.domain.story import BLOCK_DESIGN, decided, registered, settings, with_design, with_lists

SHARES = {person: sha256(person.person.encode()).digest() for person in (RANDOMISATION_STATISTICIAN, OFFICER)}


def designed() -> World:
    world = decided(registered(World(), "design"), "design", settings())
    world.by = RANDOMISATION_STATISTICIAN
    return world


def public(world: World) -> Randomisation:
    return world.get(Randomisation, streams.randomisation("T1"))


def committing(world: World, person: object = OFFICER, *, version: int = 1) -> CommitSeedShare:
    (found,) = ((known.person, share) for known, share in SHARES.items() if known == person)
    return CommitSeedShare(commitment=share_commitment(world.trial, version, *found).hex())


def committed() -> World:
    """A design, and the commitments of both officers."""
    world = designed()
    world.when(BLOCK_DESIGN)
    for person in SHARES:
        world.when(committing(world, person), by=person)
    return world


@pytest.mark.requirement("ST-02")
def test_a_design_is_fixed_in_the_vault_and_committed_to_in_public_without_a_word_of_it() -> None:
    world = designed()

    entries = world.when(BLOCK_DESIGN)

    declared, design = one(entries, DesignDeclared), one(entries, SealedDesign)
    assert [entry.frame.ledger for entry in entries] == ["trial:T1", "vault:T1"]
    assert (declared.version, declared.beacon, declared.vault_entry) == (1, None, entries[1].body.event_id)
    assert set(declared.__struct_fields__) == {"beacon", "commitment", "vault_entry", "version"}
    assert [(arm.arm, arm.label) for arm in design.arms] == [("a1", "Cells"), ("a2", "Placebo")]
    assert (design.method, design.ratio, design.per_site) == ("permuted_blocks", (2, 1), False)
    assert [(row.stratum, row.cap) for row in design.strata] == [("SLE", 3), ("LN", 3)]
    assert repr(design) == "SealedDesign(concealed)"


def test_the_commitment_binds_every_part_of_the_design_and_its_salt_hides_it() -> None:
    world = designed()
    declared = one(world.when(BLOCK_DESIGN), DesignDeclared)
    (design,) = world.every(SealedDesign)

    again = design_commitment(design.salt, written(unsalted(design)).encode()).hex()
    twice = one(world.when(BLOCK_DESIGN), DesignDeclared)

    assert declared.commitment == again
    assert twice.commitment != declared.commitment
    in_other_order = BLOCK_DESIGN.model_copy(update={"arms": BLOCK_DESIGN.arms[::-1]})
    world.when(in_other_order)
    assert written(unsalted(world.every(SealedDesign)[-1])) != written(unsalted(design))


def test_a_design_rests_on_decided_and_signed_settings() -> None:
    undecided = registered(World(), "design")
    assert undecided.refuses(BLOCK_DESIGN).code == "design_not_decided"

    unsigned = registered(World(), "design")
    unsigned.signs_itself = False
    decided(unsigned, "design", settings())
    assert unsigned.refuses(BLOCK_DESIGN).code == "approval_not_signed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"method": "response_adaptive"}, "randomisation_method"),
        ({"arms": BLOCK_DESIGN.arms[:1]}, "randomisation_arms"),
        ({"arms": (BLOCK_DESIGN.arms[0],) * 2}, "randomisation_arms"),
        ({"parameters": ()}, "randomisation_sizes"),
    ],
)
def test_a_design_that_no_method_keeps_is_not_declared(change: dict[str, object], code: str) -> None:
    world = designed()

    with pytest.raises(InvalidInputError) as refused:
        world.when(BLOCK_DESIGN.model_copy(update=change))

    assert refused.value.code == code
    assert world.every(DesignDeclared) == ()


def test_a_parameter_that_is_named_twice_is_refused_and_no_figure_of_it_is_said() -> None:
    sizes = tuple(ParameterPart(name="sizes", values=(size,)) for size in ("33", "66"))

    with pytest.raises(InvalidInputError, match="named twice") as refused:
        DeclareDesign(arms=BLOCK_DESIGN.arms, method="permuted_blocks", parameters=sizes)

    assert "33" not in str(refused.value)
    assert "permuted" not in repr(BLOCK_DESIGN)
    assert "Cells" not in repr(BLOCK_DESIGN)


@pytest.mark.parametrize("arm", ["", "a" * 61, "an arm", "a/b", "ä"])
def test_an_arm_is_an_opaque_code_that_every_envelope_holds(arm: str) -> None:
    with pytest.raises(ValidationError):
        ArmPart(arm=arm, label="Cells")


@pytest.mark.requirement("ST-02")
def test_no_share_is_taken_before_a_design_is_fixed_and_none_is_revealed_before_both_are_committed() -> None:
    world = designed()
    assert world.refuses(committing(world), by=OFFICER).code == "no_design_declared"
    assert world.refuses(RevealSeedShare(share="0" * 64), by=OFFICER).code == "no_design_declared"
    world.when(BLOCK_DESIGN)
    told = one(world.when(committing(world), by=OFFICER), ShareCommitted)
    assert told == ShareCommitted(commitment=committing(world).commitment, version=1)

    early = world.refuses(RevealSeedShare(share=SHARES[OFFICER].hex()), by=OFFICER)

    assert (early.code, early.rule) == ("shares_incomplete", "commit-before-reveal")
    assert world.every(SeedShare) == ()


@pytest.mark.requirement("ST-02")
def test_the_seed_is_of_two_distinct_officers() -> None:
    world = designed()
    world.when(BLOCK_DESIGN)
    world.when(committing(world), by=OFFICER)
    assert world.refuses(committing(world), by=OFFICER).code == "same_person"
    world.when(committing(world, RANDOMISATION_STATISTICIAN))

    third = world.refuses(committing(world), by=STATISTICIAN)

    assert (third.code, third.rule) == ("shares_complete", "seed-of-two-distinct-officers")


def test_a_share_that_is_revealed_goes_to_the_vault_and_only_that_it_was_is_public() -> None:
    world = committed()

    entries = world.when(RevealSeedShare(share=SHARES[OFFICER].hex()), by=OFFICER)

    told, share = one(entries, ShareRevealed), one(entries, SeedShare)
    assert [entry.frame.ledger for entry in entries] == ["trial:T1", "vault:T1"]
    assert told == ShareRevealed(vault_entry=entries[1].body.event_id, version=1)
    assert (share.officer, share.share) == (OFFICER.person, SHARES[OFFICER])
    assert SHARES[OFFICER].hex() not in repr(RevealSeedShare(share=SHARES[OFFICER].hex()))


def test_nobody_reveals_another_share_than_the_one_committed_to_or_twice() -> None:
    world = committed()
    other = RevealSeedShare(share=SHARES[RANDOMISATION_STATISTICIAN].hex())
    own = RevealSeedShare(share=SHARES[OFFICER].hex())

    assert world.refuses(other, by=OFFICER).code == "share_not_committed"
    assert world.refuses(own, by=STATISTICIAN).code == "share_not_committed"
    world.when(own, by=OFFICER)
    again = world.refuses(own, by=OFFICER)
    assert (again.code, again.rule) == ("same_person", "reveals-once")
    assert world.refuses(SealLists()).code == "shares_incomplete"


def test_a_share_is_committed_to_as_anyone_can_compute_it_again() -> None:
    share = SHARES[OFFICER]

    assert (
        share_commitment("T1", 1, OFFICER.person, share)
        == sha256(lp("share-commit/v1", "T1", "1", OFFICER.person, share)).digest()
    )


def test_a_design_that_is_declared_anew_asks_for_new_shares() -> None:
    world = committed()
    world.when(BLOCK_DESIGN)

    assert (public(world).version_declared, public(world).officers, public(world).revealed) == (2, (), ())
    stale = world.refuses(RevealSeedShare(share=SHARES[OFFICER].hex()), by=OFFICER)
    assert stale.code == "shares_incomplete"
    world.when(committing(world, version=2), by=OFFICER)
    assert public(world).officers == (OFFICER.person,)


def test_nobody_gives_a_share_to_lists_that_were_made() -> None:
    world = with_lists(designed())

    assert world.refuses(committing(world), by=OFFICER).code == "no_design_declared"


def test_a_design_and_a_slot_do_not_show_themselves() -> None:
    world = with_design(designed())
    design = world.get(Design, streams.design("T1", 1))
    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert f"{design!r} {Slot('a1', None)!r}" == "Design(concealed) Slot(concealed)"
    assert design.after(entry).at_version(design.version) == design
