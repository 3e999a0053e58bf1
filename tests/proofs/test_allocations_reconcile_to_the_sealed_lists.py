"""Reconciliation: what agrees has no finding, and each kind of tampering is found under its own name."""

from collections.abc import Callable
from uuid import UUID

import pytest
from msgspec.structs import replace

from compliance.proofs.list_findings import SENTENCES
from compliance.proofs.list_slots import levels, path
from compliance.proofs.lists import digest, records_of, skipped, twice
from compliance.proofs.tree import inclusion_proof, leaf_hash, root_of, verify_inclusion
from domain.allocation.facts import (
    DesignDeclared,
    Level,
    ListSealed,
    RandomisationCommitted,
    SealedDesign,
    SeedShare,
    ShareCommitted,
    ShareRevealed,
    SlotDrawn,
)
from domain.participant.facts import Allocated, Enrolled
from domain.record import Entry
from tests.proofs.conducted import Ledgers, altered, at, conducted, nth, reconciled, with_fact, without

SHA = "ab" * 32
OF_A_SEED = (DesignDeclared, ShareCommitted, ShareRevealed, SealedDesign, SeedShare)
Tampering = Callable[[Ledgers], Ledgers]


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Ledgers:
    return conducted(tmp_path_factory.mktemp("conducted"))


@pytest.mark.requirement("ST-02")
def test_of_an_honest_trial_every_slot_opens_and_nothing_differs(ledgers: Ledgers) -> None:
    found = reconciled(ledgers)

    assert found.findings == ()
    assert [slot.opens for slot in found.slots] == [True] * 7
    assert [slot.fact.inputs is not None for slot in found.slots] == [False] * 4 + [True] * 3
    assert {slot.allocation.fact.randomisation_number for slot in found.slots if slot.allocation} == {
        entry.fact.randomisation_number for entry in ledgers[0] if isinstance(entry.fact, Allocated)
    }


def test_nothing_that_is_printed_of_it_holds_an_arm(ledgers: Ledgers) -> None:
    found = reconciled(vault(SlotDrawn, arm="Brindlewick")(ledgers))

    printed = repr((found, found.slots, found.records, found.records.lists, found.findings))

    assert found.findings
    assert not {word for word in ("Brindlewick", "first of two", "the other one") if word in printed}


def vault(fact: type, number: int = 0, **changes: object) -> Tampering:
    def tamper(ledgers: Ledgers) -> Ledgers:
        return ledgers[0], altered(ledgers[1], fact, lambda entry: with_fact(entry, **changes), number)

    return tamper


def trial(fact: type, number: int = 0, **changes: object) -> Tampering:
    def tamper(ledgers: Ledgers) -> Ledgers:
        return altered(ledgers[0], fact, lambda entry: with_fact(entry, **changes), number), ledgers[1]

    return tamper


def gone(fact: type, number: int = 0, *, hidden: bool) -> Tampering:
    def tamper(ledgers: Ledgers) -> Ledgers:
        if hidden:
            return ledgers[0], without(ledgers[1], fact, number)
        return without(ledgers[0], fact, number), ledgers[1]

    return tamper


def moved(fact: type, position: int, number: int = 0) -> Tampering:
    def tamper(ledgers: Ledgers) -> Ledgers:
        return altered(ledgers[0], fact, lambda entry: at(entry, position), number), ledgers[1]

    return tamper


def other_arm(number: int) -> Tampering:
    def tamper(ledgers: Ledgers) -> Ledgers:
        was = ledgers[1][nth(ledgers[1], SlotDrawn, number)].fact.arm
        return vault(SlotDrawn, number, arm="x2" if was == "x1" else "x1")(ledgers)

    return tamper


def other_levels(ledgers: Ledgers) -> Ledgers:
    """The last draw, of the second person at one site, as if it had looked at another site."""
    inputs = ledgers[1][nth(ledgers[1], SlotDrawn, 6)].fact.inputs
    return vault(SlotDrawn, 6, inputs=replace(inputs, levels=(Level(factor="site", level="02"),)))(ledgers)


def no_levels(ledgers: Ledgers) -> Ledgers:
    """An earlier draw that knows no level any more: those after it cannot be made again."""
    inputs = ledgers[1][nth(ledgers[1], SlotDrawn, 4)].fact.inputs
    return vault(SlotDrawn, 4, inputs=replace(inputs, levels=()))(ledgers)


def allocation_again(ledgers: Ledgers) -> Ledgers:
    """A second allocation under one number, with no slot of its own."""
    first = ledgers[0][nth(ledgers[0], Allocated)]
    again = replace(first, body=replace(first.body, event_id=UUID(int=7)))
    return [*ledgers[0], at(again, len(ledgers[0]) + 1)], ledgers[1]


def slot_again(ledgers: Ledgers) -> Ledgers:
    """One allocation behind two slots of its list."""
    first, last = (nth(ledgers[1], SlotDrawn, number) for number in (0, 2))
    changed = with_fact(ledgers[1][last], allocation=ledgers[1][first].fact.allocation)
    return ledgers[0], [*ledgers[1][:last], changed, *ledgers[1][last + 1 :]]


def exchanged(ledgers: Ledgers) -> Ledgers:
    """Two participants of one list with each other's slots, numbers and all."""
    first, last = (nth(ledgers[1], SlotDrawn, number) for number in (0, 2))
    one, other = ledgers[1][first].fact, ledgers[1][last].fact

    def instead(entry: Entry, fact: SlotDrawn) -> Entry:
        same = {name: getattr(fact, name) for name in ("allocation", "participant", "randomisation_number")}
        return with_fact(entry, **same)

    entries = list(ledgers[1])
    entries[first], entries[last] = instead(entries[first], other), instead(entries[last], one)
    return ledgers[0], entries


def list_beside(ledgers: Ledgers) -> Ledgers:
    """A list that nobody committed to."""
    return ledgers[0], [*ledgers[1], with_fact(ledgers[1][nth(ledgers[1], ListSealed)], list_id="zzzz", root=SHA)]


def one_officer(ledgers: Ledgers) -> Ledgers:
    """Both shares of one person."""

    def by_maker(entry: Entry) -> Entry:
        return replace(entry, body=replace(entry.body, actor="maker"))

    return altered(ledgers[0], ShareCommitted, by_maker, 1), ledgers[1]


# A name with a question mark: whether it is found hangs on the arms that the list happens to hold.
TAMPERED: tuple[tuple[str, Tampering, set[str]], ...] = (
    ("another arm in a slot", other_arm(0), {"arm-not-listed", "leaf-outside-root"}),
    ("another arm in a draw", other_arm(4), {"arm-not-listed"}),
    ("other levels in a draw", other_levels, {"draw-inputs", "arm-not-listed?"}),
    ("levels of an earlier draw gone", no_levels, {"arm-not-listed", "draw-inputs"}),
    (
        "a draw without its inputs",
        vault(SlotDrawn, 6, inputs=None),
        {"arm-not-listed", "draw-inputs", "leaf-outside-root"},
    ),
    ("a slot passed over", vault(SlotDrawn, 2, index=3), {"slot-skipped", "arm-not-listed?", "leaf-outside-root?"}),
    ("a slot used again", vault(SlotDrawn, 2, index=1), {"slot-twice", "arm-not-listed?", "leaf-outside-root?"}),
    (
        "a slot that is none",
        vault(SlotDrawn, 2, index=0),
        {"slot-beyond-list", "leaf-outside-root", "slot-out-of-order"},
    ),
    (
        "a slot behind the end",
        vault(SlotDrawn, 2, index=200),
        {"slot-beyond-list", "leaf-outside-root", "slot-skipped"},
    ),
    ("slots exchanged", exchanged, {"slot-out-of-order"}),
    (
        "a slot of nobody",
        vault(SlotDrawn, 2, allocation=UUID(int=9)),
        {"slot-without-allocation", "allocation-without-slot"},
    ),
    ("a slot gone", gone(SlotDrawn, 2, hidden=True), {"allocation-without-slot"}),
    ("an allocation gone", gone(Allocated, 3, hidden=False), {"slot-without-allocation"}),
    (
        "two slots of one allocation",
        slot_again,
        {"allocation-twice", "allocation-without-slot", "participant-differs", "number-differs"},
    ),
    ("two allocations of one person", allocation_again, {"participant-twice", "allocation-without-slot"}),
    ("another participant in a slot", vault(SlotDrawn, participant="099"), {"participant-differs"}),
    ("another number in a slot", vault(SlotDrawn, randomisation_number="R-x"), {"number-differs"}),
    ("another stratum", trial(Allocated, stratum="B"), {"stratum-differs"}),
    ("another root in an allocation", trial(Allocated, list_root=SHA), {"root-differs"}),
    ("another seed commitment in an allocation", trial(Allocated, seed_commitment=SHA), {"root-differs"}),
    (
        "another root in public",
        trial(RandomisationCommitted, root=SHA),
        {"root", "list-not-as-designed", "leaf-outside-root"},
    ),
    ("another seed commitment in public", trial(RandomisationCommitted, seed_commitment=SHA), {"seed-commitment"}),
    ("another ratio in public", trial(RandomisationCommitted, ratio=(1, 1)), {"list-not-as-designed"}),
    ("another beacon in public", trial(RandomisationCommitted, beacon_value="1"), {"seed-not-from-shares"}),
    (
        "another seed",
        vault(ListSealed, seed=bytes(32)),
        {"seed-commitment", "seed-not-from-shares", "root", "leaf-outside-root", "arm-not-listed?"},
    ),
    (
        "a list gone",
        gone(ListSealed, 0, hidden=True),
        {"list-missing", "allocation-without-slot", "leaf-outside-root?"},
    ),
    ("a list beside", list_beside, {"list-not-committed"}),
    ("another version of a list", vault(ListSealed, version=7), {"list-not-as-designed"}),
    ("another place under the root", vault(ListSealed, first_leaf=2), {"leaf-outside-root"}),
    (
        "no such parameter",
        vault(ListSealed, parameters=()),
        {"list-cannot-be-drawn", "list-not-as-designed", "leaf-outside-root"},
    ),
    ("a longer list", vault(ListSealed, length=65), {"root", "leaf-outside-root"}),
    ("characters of no arm", vault(ListSealed, slots="012?"), {"list-cannot-be-drawn", "leaf-outside-root"}),
    ("places of no arm", vault(ListSealed, slots="0129"), {"list-cannot-be-drawn", "leaf-outside-root"}),
    (
        "slots made outside",
        vault(ListSealed, slots="01" * 30),
        {"list-cannot-be-drawn", "root", "leaf-outside-root", "arm-not-listed?"},
    ),
    ("a design gone", gone(SealedDesign, 0, hidden=True), {"design-missing"}),
    ("another design", vault(SealedDesign, method="simple"), {"design-commitment", "list-not-as-designed"}),
    ("another salt", vault(SealedDesign, salt=bytes(32)), {"design-commitment"}),
    ("a share gone", gone(SeedShare, 0, hidden=True), {"share-missing", "seed-not-from-shares"}),
    ("another share", vault(SeedShare, share=bytes(32)), {"share-commitment", "seed-not-from-shares"}),
    ("one officer's shares", one_officer, {"officers", "share-commitment", "seed-not-from-shares"}),
    ("a commitment to a share gone", gone(ShareCommitted, 0, hidden=False), {"officers", "seed-not-from-shares"}),
    ("the design after a share", moved(DesignDeclared, 1000), {"order"}),
    ("a share seen before the other was committed", moved(ShareRevealed, 1), {"order"}),
    ("the declaration gone", gone(DesignDeclared, 0, hidden=False), {"order"}),
    ("the root after an enrolment", moved(Enrolled, 1), {"committed-late"}),
)


@pytest.mark.requirement("ST-02")
@pytest.mark.parametrize(("tampering", "named"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_each_kind_of_tampering_is_named(ledgers: Ledgers, tampering: Tampering, named: set[str]) -> None:
    found = {finding.mismatch for finding in reconciled(tampering(ledgers)).findings}

    sure = {name for name in named if not name.endswith("?")}
    assert sure <= found <= {name.rstrip("?") for name in named}


def test_every_kind_of_mismatch_has_its_sentence_and_is_found_by_a_tampering() -> None:
    assert {name.rstrip("?") for _, _, named in TAMPERED for name in named} == set(SENTENCES)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


def test_a_finding_says_which_slot_of_which_list_and_shows_the_entry(ledgers: Ledgers) -> None:
    entry = ledgers[1][nth(ledgers[1], SlotDrawn, 2)]

    (finding,) = reconciled(vault(SlotDrawn, 2, participant="099")(ledgers)).findings

    assert finding.about.endswith(", slot 2")
    assert finding.about.split(",")[0].split()[1] == entry.frame.stream.rpartition("/")[2]
    assert finding.entry.frame == entry.frame
    assert finding.sentence == SENTENCES["participant-differs"]


def test_findings_are_picked_by_their_names(ledgers: Ledgers) -> None:
    found = reconciled(other_arm(0)(ledgers))

    assert [one.mismatch for one in found.of("arm-not-listed", "root")] == ["arm-not-listed"]


def test_a_trial_without_lists_has_nothing_to_reconcile() -> None:
    found = reconciled(([], []))

    assert (found.findings, found.slots) == ((), ())


def test_paths_of_all_sizes_of_trees_are_those_of_the_ledgers(ledgers: Ledgers) -> None:
    del ledgers
    for size in range(1, 20):
        leaves = [leaf_hash(bytes([number])) for number in range(size)]
        tree = levels(leaves)

        assert tree[-1] == [root_of(leaves)]
        for place in range(size):
            assert path(place, tree) == inclusion_proof(place, leaves)
            assert verify_inclusion(leaves[place], place, size, path(place, tree), root_of(leaves))


@pytest.mark.parametrize(
    ("used", "passed_over", "again"),
    [([], (), ()), ([1, 2, 3], (), ()), ([2, 4], (1, 3), ()), ([1, 3, 3, 1], (2,), (1, 3))],
)
def test_slots_passed_over_and_used_again(
    used: list[int], passed_over: tuple[int, ...], again: tuple[int, ...]
) -> None:
    assert (skipped(used), twice(used)) == (passed_over, again)


def test_every_list_has_a_digest_of_its_own_and_permuted_blocks_have_blocks(ledgers: Ledgers) -> None:
    lists = list(records_of("T1", *ledgers).lists.values())

    assert len({digest(held) for held in lists}) == len(lists) == 4
    for held in lists[:2]:
        blocks = held.blocks()
        assert len(blocks) == held.sealed.length
        assert list(blocks) == sorted(blocks)
        sizes = [blocks.count(number) for number in sorted(set(blocks))[:-1]]
        assert set(sizes) <= {3, 6}
        for start, size in zip((sum(sizes[:before]) for before in range(len(sizes))), sizes, strict=True):
            contents = held.contents or ()
            assert contents[start : start + size].count("x1") == 2 * size // 3
    assert [held.blocks() for held in lists[2:]] == [(), ()]


def test_a_list_made_outside_and_one_that_cannot_be_drawn_have_no_blocks(ledgers: Ledgers) -> None:
    outside = records_of("T1", *vault(ListSealed, slots="01" * 32)(ledgers))
    broken = records_of("T1", *vault(ListSealed, parameters=())(ledgers))

    for records in (outside, broken):
        assert next(iter(records.lists.values())).blocks() == ()


def test_a_list_made_outside_needs_neither_design_nor_shares(ledgers: Ledgers) -> None:
    public, hidden = (
        [entry for entry in entries if getattr(entry.fact, "version", 1) == 1 and not isinstance(entry.fact, OF_A_SEED)]
        for entries in ledgers
    )
    for number in range(2):
        hidden = altered(hidden, ListSealed, lambda e: with_fact(e, slots="001" * 21 + "0", method="external"), number)
    lists = records_of("T1", public, hidden).lists.values()
    root = root_of(leaf for held in lists for leaf in held.leaves).hex()
    public = altered(public, RandomisationCommitted, lambda e: with_fact(e, root=root, scheme="import/v1"))
    for number in range(2):
        hidden = altered(hidden, ListSealed, lambda e: with_fact(e, root=root), number)

    found = reconciled((public, [entry for entry in hidden if not isinstance(entry.fact, SlotDrawn)]))

    assert {finding.mismatch for finding in found.findings} == {"allocation-without-slot"}
