"""A list that was made outside: taken over as it is or not at all, and never with a word about what it holds."""

import json
from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

import pytest

from domain import streams
from domain.allocation.commands import SealLists
from domain.allocation.design_commands import Settled
from domain.allocation.facts import ListSealed, RandomisationCommitted, SlotDrawn
from domain.allocation.import_commands import ImportLists
from domain.allocation.imported import read_list
from domain.allocation.lists import Randomisation
from domain.errors import Refusal
from domain.trial.facts import Stratum
from tests.domain.harness import RANDOMISATION_STATISTICIAN, World, one
from tests.domain.story import (
    BLOCK_DESIGN,
    allocated,
    decided,
    open_trial,
    registered,
    settings,
    with_design,
    with_lists,
)

BLOCK: Final = ("a1", "a2", "a1")
ORDER: Final = BLOCK * 4
"""Twelve slots in the ratio of 2:1."""
File = dict[str, Any]


def slots(order: tuple[str, ...] = ORDER) -> list[dict[str, Any]]:
    return [{"arm": arm, "slot": number} for number, arm in enumerate(order, 1)]


def file(**changes: Any) -> File:
    whole: File = {
        "arms": [{"arm": "a1", "label": "Cells"}, {"arm": "a2", "label": "Placebo"}],
        "format": "trialproof-list/1",
        "lists": [{"slots": slots(), "stratum": "LN"}, {"slots": slots(), "stratum": "SLE"}],
        "program": {"name": "blockrand", "sha256": "ab" * 32, "version": "1.5"},
        "trial": "T1",
    }
    return deepcopy(whole) | changes


def importing(content: File | bytes, *, sealed_for: str = "T1", **more: Any) -> ImportLists:
    plain = content if isinstance(content, bytes) else json.dumps(content).encode()
    return ImportLists(sealed=b64encode(sealed_for.encode() + b"\n" + plain).decode(), **more)


def designed(*, cap: int = 12) -> World:
    world = decided(registered(World(), "design"), "design", settings(cap=cap))
    world.by = RANDOMISATION_STATISTICIAN
    return world


@pytest.mark.requirement("EMA-16")
def test_a_list_is_taken_over_slot_by_slot_and_committed_to_before_the_first_enrolment() -> None:
    world = designed()

    entries = world.when(importing(file()))

    committed, lists = one(entries, RandomisationCommitted), world.every(ListSealed)
    assert (committed.scheme, committed.version, committed.beacon_value) == ("import/v1", 1, None)
    assert [(row.stratum, row.cap, row.site) for row in committed.strata] == [("SLE", 12, None), ("LN", 12, None)]
    assert [(held.stratum, held.length, held.first_leaf) for held in lists] == [("SLE", 12, 1), ("LN", 12, 13)]
    assert [world.randomiser.slots(held, "T1") for held in lists] == [ORDER, ORDER]
    assert {held.root for held in lists} == {committed.root} == {world.randomiser.root(lists, "T1")}
    assert committed.seed_commitment == world.randomiser.seed_commitment(lists[0].seed, "T1")
    assert {entry.frame.ledger for entry in entries if isinstance(entry.fact, ListSealed)} == {"vault:T1"}


def test_where_the_list_comes_from_is_kept_in_the_vault() -> None:
    world = designed()
    world.when(importing(file(), tolerance=2))

    held = world.every(ListSealed)[0]

    assert held.origin is not None
    assert (held.origin.program, held.origin.version, held.origin.program_sha256) == ("blockrand", "1.5", "ab" * 32)
    assert [(arm.arm, arm.label) for arm in held.arms] == [("a1", "Cells"), ("a2", "Placebo")]
    assert [(parameter.name, parameter.values) for parameter in held.parameters] == [("tolerance", ("2",))]
    assert held.method == "external"


def test_equal_lists_have_unequal_commitments_because_each_nonce_comes_from_a_fresh_seed() -> None:
    roots: set[str] = set()
    for seed in range(3):
        world = decided(registered(World(seed=seed), "design"), "design", settings(cap=12))
        world.when(importing(file()), by=RANDOMISATION_STATISTICIAN)
        roots.add(world.every(RandomisationCommitted)[0].root)

    assert len(roots) == 3


def test_slots_may_stand_in_any_order_in_the_file() -> None:
    world = designed()
    order = ("a1", "a1", "a2") * 4
    world.when(importing(file(lists=[{"slots": slots(order)[::-1], "stratum": code} for code in ("SLE", "LN")])))

    assert world.randomiser.slots(world.every(ListSealed)[0], "T1") == order


def test_allocations_draw_from_the_imported_list_in_its_order() -> None:
    world = open_trial()
    world.when(importing(file()), by=RANDOMISATION_STATISTICIAN)

    for _ in range(3):
        allocated(world)

    assert tuple(slot.arm for slot in world.every(SlotDrawn)) == BLOCK
    assert {slot.inputs for slot in world.every(SlotDrawn)} == {None}


def test_i26_an_import_is_a_new_version_and_leaves_the_old_lists_and_a_waiting_design_behind() -> None:
    world = with_lists(designed())
    old = world.every(ListSealed)
    with_design(world)

    world.when(importing(file()))

    public = world.get(Randomisation, streams.randomisation("T1"))
    assert [version.version for version in public.versions] == [1, 3]
    assert world.every(ListSealed)[:2] == old
    assert world.refuses(SealLists()).code == "no_design_declared"
    with_lists(world, BLOCK_DESIGN)
    assert world.get(Randomisation, streams.randomisation("T1")).version_committed == 4


def test_no_list_is_taken_over_for_a_design_that_is_not_decided_or_not_signed() -> None:
    undecided = registered(World(), "design")
    assert undecided.refuses(importing(file())).code == "design_not_decided"

    unsigned = registered(World(), "design")
    unsigned.signs_itself = False
    decided(unsigned, "design", settings(cap=12))
    assert unsigned.refuses(importing(file())).code == "approval_not_signed"


def lists_of(order: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"slots": slots(), "stratum": "LN"}, {"slots": slots(order), "stratum": "SLE"}]


def renumbered(change: Callable[[int], int]) -> list[dict[str, Any]]:
    changed = [{**slot, "slot": change(slot["slot"])} for slot in slots()]
    return [{"slots": slots(), "stratum": "LN"}, {"slots": changed, "stratum": "SLE"}]


BAD: Final[dict[str, File | bytes]] = {
    "no JSON": b"{",
    "no object": b"[]",
    "no UTF-8": b'{"trial": "\xff"}',
    "other format": file(format="trialproof-list/2"),
    "other trial": file(trial="T2"),
    "field too many": file(colour="red"),
    "no program": file(program=None),
    "digest of another form": file(program={"name": "x", "sha256": "ab", "version": "1"}),
    "one arm": file(arms=[{"arm": "a1", "label": "Cells"}]),
    "arm more than the ratio has": file(arms=[{"arm": arm, "label": arm} for arm in ("a1", "a2", "a3")]),
    "arm twice": file(arms=[{"arm": "a1", "label": "Cells"}, {"arm": "a1", "label": "Placebo"}]),
    "arm id that no envelope holds": file(arms=[{"arm": "a" * 61, "label": "x"}, {"arm": "a2", "label": "y"}]),
    "unknown arm": file(lists=lists_of((*ORDER[:-1], "a3"))),
    "stratum missing": file(lists=lists_of(ORDER)[:1]),
    "stratum too many": file(lists=[*lists_of(ORDER), {"slots": slots(), "stratum": "X"}]),
    "stratum twice": file(lists=[*lists_of(ORDER), {"slots": slots(), "stratum": "SLE"}]),
    "other stratum": file(lists=[{"slots": slots(), "stratum": "X"}, {"slots": slots(), "stratum": "SLE"}]),
    "fewer slots than the cap": file(lists=lists_of(ORDER[:9])),
    "no slots": file(lists=lists_of(())),
    "slot twice": file(lists=renumbered(lambda number: min(number, 11))),
    "slot missing": file(lists=renumbered(lambda number: number + (number == 12))),
    "slots from zero": file(lists=renumbered(lambda number: number - 1)),
    "slot as text": file(lists=[{"slots": [{"arm": "a1", "slot": "1"}], "stratum": "SLE"}]),
    "ratio the other way round": file(lists=lists_of(("a2", "a1", "a2") * 4)),
    "one arm alone": file(lists=lists_of(("a1",) * 12)),
    "off the ratio by one slot": file(lists=lists_of(("a1", *ORDER[1:-1], "a2"))),
}


def neutral(refusal: Refusal) -> tuple[str, str, str]:
    return refusal.code, refusal.rule, str(refusal)


@pytest.mark.requirement("EMA-16")
def test_whatever_is_wrong_the_answer_is_the_same_and_holds_nothing_of_the_list() -> None:
    answers = {neutral(designed().refuses(importing(content))) for content in BAD.values()}
    answers.add(neutral(designed().refuses(importing(file(), sealed_for="T2"))))
    answers.add(neutral(designed().refuses(ImportLists(sealed="no base64!"))))

    assert [answer[:2] for answer in answers] == [("list_not_accepted", "imported-lists-as-decided")]
    assert not {"a1", "a2", "Cells", "SLE", "12"} & set(answers.pop()[2].replace(".", " ").split())


@pytest.mark.parametrize("wrong", BAD)
def test_a_list_that_is_not_as_decided_leaves_nothing_behind(wrong: str) -> None:
    world = designed()

    world.refuses(importing(BAD[wrong]))

    assert not world.every(RandomisationCommitted)
    assert not world.every(ListSealed)


def test_an_arm_may_miss_its_share_by_the_tolerance_that_is_stated_and_no_more() -> None:
    off_by_one, off_by_two = lists_of((*ORDER[:-1], "a2")), lists_of((*ORDER[:-3], "a2", "a2", "a2"))

    for content, tolerance, fits in ((off_by_one, 0, False), (off_by_one, 1, True), (off_by_two, 1, False)):
        wish = importing(file(lists=content), tolerance=tolerance)
        assert bool(designed().when(wish)) if fits else designed().refuses(wish)
    assert designed().refuses(importing(BAD["unknown arm"], tolerance=1000))


def test_an_arm_may_no_more_fall_short_of_its_share_than_exceed_it() -> None:
    arms = [{"arm": arm, "label": arm} for arm in ("a1", "a2", "a3")]
    two_short = {"slots": slots(("a1",) * 5 + ("a2",) * 5 + ("a3",) * 2), "stratum": "SLE"}
    raw = json.dumps(file(arms=arms, lists=[two_short])).encode()
    settled = Settled((1, 1, 1), (Stratum(cap=12, code="SLE", definition="x", label="x"),))

    assert read_list(raw, "T1", settled, 1) is None
    assert read_list(raw, "T1", settled, 2)


def test_a_command_with_a_list_does_not_show_it() -> None:
    wish = importing(file())

    assert wish.sealed not in repr(wish)
    assert "Cells" not in f"{wish!r}{wish}"
