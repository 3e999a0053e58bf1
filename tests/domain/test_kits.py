"""Kits: random numbers that tell nothing, cover counted over all arms together, and one event for every arm."""

import re
from itertools import pairwise

import msgspec
import pytest

from domain import streams
from domain.allocation.facts import SlotDrawn
from domain.catalogue import type_of
from domain.kits.commands import KITS_AT_MOST, ContentPart, DispenseKit, ReceiveKits, SupplyKits
from domain.kits.facts import KitDispensed, KitsMapped, KitsSupplied
from domain.participant.conduct import ChangeTreatmentState
from tests.domain.harness import World, deviations, one
from tests.domain.kits_story import (
    PHARMACIST,
    arm_of_kit,
    arm_of_participant,
    dispensed,
    kits,
    maps,
    stocked,
    supplied,
    supplying,
)
from tests.domain.story import (
    BLOCK_DESIGN,
    allocated,
    enrolled,
    open_trial,
    registered,
    screened,
    with_lists,
    with_protocol,
    with_site,
)


def supply(*parts: tuple[str, int], site: str = "01") -> SupplyKits:
    return SupplyKits(contents=tuple(ContentPart(arm=arm, kits=count) for arm, count in parts), site=site)


# --- supplied --------------------------------------------------------------------------------------------------


def test_a_shipment_shows_rising_numbers_and_its_cover_and_what_each_kit_holds_stands_in_the_vault() -> None:
    world = open_trial()

    entries = world.when(supplying(4, 2, expires="2028-06"), by=PHARMACIST)

    shown, mapped = one(entries, KitsSupplied), one(entries, KitsMapped)
    assert shown.covers == 2
    assert list(shown.kits) == sorted({kit.kit for kit in mapped.kits})
    assert sorted(kit.arm for kit in mapped.kits) == ["a1"] * 4 + ["a2"] * 2
    assert {(kit.arm, kit.lot) for kit in mapped.kits} == {("a1", "L1"), ("a2", None)}
    assert type_of(KitsMapped).is_sealed_whole
    assert "a1" not in repr(entries[0]) + repr(mapped)


def test_kit_numbers_are_random_and_stand_in_no_order_that_the_arms_have() -> None:
    world = open_trial()

    shown = supplied(world, supplying(40, 40))

    digits = [int(kit.rpartition("-")[2]) for kit in shown.kits]
    assert all(re.fullmatch(r"01-\d{6}", kit) for kit in shown.kits)
    assert max(later - earlier for earlier, later in pairwise(digits)) > 1_000
    (mapped,) = maps(world)
    arms = [kit.arm for kit in mapped.kits]
    assert arms != sorted(arms)
    assert [kit.kit for kit in mapped.kits] != list(shown.kits)


def test_a_number_is_given_once_in_the_trial() -> None:
    world = open_trial()
    with_site(world, "02")

    shipments = [supplied(world, supplying(90, 90, site=site)) for site in ("01", "02", "01")]

    numbers = [kit for shipment in shipments for kit in shipment.kits]
    assert len(set(numbers)) == len(numbers)
    assert [shipment.kits[0][:3] for shipment in shipments] == ["01-", "02-", "01-"]
    assert [kit.kit[3:] for kit in maps(world)[0].kits] != [kit.kit[3:] for kit in maps(world)[1].kits]


@pytest.mark.parametrize(
    "wish",
    [supply(("a1", 3)), supply(("a1", 3), ("a2", 3), ("a3", 3)), supply(("a1", 3), ("a9", 3))],
    ids=["one left out", "one more", "another one"],
)
def test_a_shipment_of_other_arms_than_the_lists_is_refused_in_words_that_name_none(wish: SupplyKits) -> None:
    world = open_trial()

    refusal = world.refuses(wish, by=PHARMACIST)

    assert refusal.code == "kits_not_of_every_arm"
    assert not re.search(r"a\d|\b[39]\b", str(refusal))


def test_kits_wait_for_the_lists_and_for_the_site() -> None:
    world = registered(World())

    assert world.refuses(supplying(), by=PHARMACIST).code == "no_such_site"

    with_site(with_protocol(world), active=False)
    assert world.refuses(supplying(), by=PHARMACIST).code == "kits_not_of_every_arm"


def test_a_shipment_holds_no_more_kits_than_its_map_has_room_for() -> None:
    world = open_trial()
    half = KITS_AT_MOST // 2

    assert world.refuses(supplying(half, half + 1), by=PHARMACIST).code == "too_many_kits"
    assert len(supplied(world, supplying(half, half)).kits) == KITS_AT_MOST


def test_what_a_shipment_holds_is_shown_by_no_command_in_a_log() -> None:
    assert "a1" not in repr(supplying())
    assert "a1" not in repr(supplying().contents[0])


# --- dispensed -------------------------------------------------------------------------------------------------


@pytest.mark.requirement("E6-08")
def test_each_participant_gets_a_kit_of_the_own_arm_by_an_event_that_names_none() -> None:
    world = open_trial(cap=9)
    stocked(world, supplying(6, 6))
    numbers = [allocated(world) for _ in range(6)]

    given = {number: dispensed(world, number) for number in numbers}

    assert {arm_of_participant(world, number) for number in numbers} == {"a1", "a2"}
    for number, kit in given.items():
        assert arm_of_kit(world, kit) == arm_of_participant(world, number)
    assert KitDispensed.__struct_fields__ == ("kit", "participant")


def test_a_participant_may_get_more_than_one_kit_and_never_one_that_was_handed_out() -> None:
    world = open_trial(cap=9)
    stocked(world)
    number, other = allocated(world), allocated(world)

    given = [dispensed(world, one) for one in (number, other, number)]

    assert len(set(given)) == 3


def test_a_kit_is_dispensed_after_the_allocation_and_before_treatment_ends() -> None:
    world = open_trial(cap=9)
    stocked(world)
    number = enrolled(world)

    assert world.refuses(DispenseKit(participant=number)).code == "not_allocated"
    assert world.refuses(DispenseKit(participant="099")).code == "no_such_participant"
    assert world.refuses(DispenseKit(participant=screened(world))).code == "not_allocated"

    treated = allocated(world)
    world.when(ChangeTreatmentState(participant=treated, state="stopped"))
    assert world.refuses(DispenseKit(participant=treated)).code == "treatment_ended"
    world.later(hours=1).when(ChangeTreatmentState(participant=treated, state="on"))
    assert dispensed(world, treated)


def test_no_kit_is_dispensed_before_a_shipment_was_received() -> None:
    world = open_trial()
    number = allocated(world)

    assert world.refuses(DispenseKit(participant=number)).code == "no_kit_available"
    shipment = supplied(world)
    assert world.refuses(DispenseKit(participant=number)).code == "no_kit_available"
    world.when(ReceiveKits(shipment=shipment.shipment, site="01"))

    assert dispensed(world, number) in shipment.kits


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize(("a1", "a2"), [(2, 9), (9, 2)], ids=["few of one", "few of the other"])
def test_stock_lasts_for_the_smallest_number_of_kits_of_any_arm_whoever_is_dispensed_to(a1: int, a2: int) -> None:
    world = open_trial(cap=9)
    stocked(world, supplying(a1, a2))
    numbers = [allocated(world) for _ in range(6)]
    arms = {arm_of_participant(world, number): number for number in numbers}
    assert len(arms) == 2

    for _ in range(2):
        dispensed(world, arms["a1"])

    refusals = {arm: world.refuses(DispenseKit(participant=number)) for arm, number in arms.items()}
    assert {refusal.code for refusal in refusals.values()} == {"no_kit_available"}
    assert len({str(refusal) for refusal in refusals.values()}) == 1


@pytest.mark.requirement("E6-08")
def test_each_damaged_kit_covers_one_dispensing_less_whichever_arm_it_was_of() -> None:
    left: list[int] = []
    for seed in range(1, 5):
        world = open_trial(cap=9, seed=seed)
        shipment = stocked(world, supplying(3, 4), damaged=1)
        number = allocated(world)

        for _ in range(2):
            assert dispensed(world, number) != shipment.kits[0]

        left.append(kits(world).covered(shipment))
        assert world.refuses(DispenseKit(participant=number)).code == "no_kit_available"
    assert left == [0] * 4


def test_with_more_damage_than_cover_nothing_is_dispensed() -> None:
    world = open_trial()
    stocked(world, supplying(1, 4), damaged=3)

    assert world.refuses(DispenseKit(participant=allocated(world))).code == "no_kit_available"


@pytest.mark.requirement("E6-08")
def test_a_new_shipment_is_opened_by_the_number_of_dispensings_alone_and_the_rest_of_the_old_one_stays() -> None:
    world = open_trial(cap=9)
    first, second = stocked(world, supplying(2, 2)), stocked(world, supplying(2, 2))
    numbers = {arm_of_participant(world, number): number for number in [allocated(world) for _ in range(6)]}

    given = [dispensed(world, numbers[arm]) for arm in ("a1", "a1", "a2", "a1")]

    assert [kit in first.kits for kit in given] == [True, True, False, False]
    assert set(given[2:]) <= set(second.kits)


def test_an_expired_shipment_is_not_dispensed_from() -> None:
    world = open_trial(cap=9)
    old, new = stocked(world, supplying(2, 2, expires="2027-03")), stocked(world)
    number = allocated(world)

    kept = dispensed(world, number)
    world.at("2027-04-01T10:00")
    late = dispensed(world, number)

    assert kept in old.kits
    assert late in new.kits


def test_a_shipment_that_lacks_an_arm_of_a_new_design_is_dispensed_from_for_nobody() -> None:
    world = open_trial(cap=9)
    old = stocked(world)
    number = allocated(world)
    first, *others = BLOCK_DESIGN.arms
    longer = BLOCK_DESIGN.model_copy(update={"arms": (first.model_copy(update={"arm": "a7"}), *others)})
    assert dispensed(world, number) in old.kits

    with_lists(world, longer)

    assert world.refuses(DispenseKit(participant=number)).code == "no_kit_available"
    assert world.refuses(supplying(), by=PHARMACIST).code == "kits_not_of_every_arm"
    assert supplied(world, supply(("a1", 2), ("a2", 2), ("a7", 2)))


def test_a_dispensing_by_somebody_without_the_task_is_recorded_and_flagged() -> None:
    world = open_trial(cap=9)
    stocked(world)
    number = allocated(world)

    entries = world.when(DispenseKit(participant=number), by=PHARMACIST)

    assert deviations(entries) == ("performer-not-delegated",)


def test_a_vault_that_holds_no_slot_for_the_allocation_gives_the_same_refusal() -> None:
    world = open_trial(cap=9)
    stocked(world)
    number = allocated(world)
    allocation = world.participant(number).allocation
    assert allocation is not None
    drawn = next(stream for stream, held in world.entries.items() if any(isinstance(e.fact, SlotDrawn) for e in held))
    world.entries[drawn] = [entry for entry in world.entries[drawn] if not isinstance(entry.fact, SlotDrawn)]

    assert world.refuses(DispenseKit(participant=number)).code == "no_kit_available"

    lost = msgspec.structs.replace(allocation.fact, list_root="9" * 64)
    world.happened(streams.participant("T1", number), lost)
    assert world.refuses(DispenseKit(participant=number)).code == "no_kit_available"


@pytest.mark.parametrize("wish", [supplying(), ReceiveKits(shipment="s", site="01"), DispenseKit(participant="001")])
def test_one_change_of_a_sites_stock_is_made_at_a_time(wish: SupplyKits | ReceiveKits | DispenseKit) -> None:
    world = open_trial(cap=9)
    allocated(world)

    assert wish.lock(world.room(wish)) == "trial:T1/kits/01"
    assert DispenseKit(participant="099").lock(world.room(DispenseKit(participant="099"))) is None
