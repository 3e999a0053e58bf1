"""Kits that arrived, came back, or were given wrongly: facts, each of which leaves one dispensing less covered."""

import pytest
from pydantic import ValidationError

from domain import streams
from domain.kits.commands import DispenseKit, ReceiveKits, ReturnKit
from domain.kits.facts import KitMisgiven, KitReturned, KitsReceived
from domain.participant.allocation_error import RecordAllocationError
from domain.participant.conduct_facts import VisitRecorded
from tests.domain.harness import deviations, one
from tests.domain.kits_story import arm_of_kit, dispensed, kits, stocked, supplied, supplying
from tests.domain.story import allocated, open_trial, with_site

# --- received --------------------------------------------------------------------------------------------------


def test_a_shipment_is_received_once_and_by_the_site_it_is_for() -> None:
    world = open_trial()
    with_site(world, "02")
    shipment = supplied(world)

    elsewhere = ReceiveKits(shipment=shipment.shipment, site="02")
    assert world.refuses(elsewhere).code == "no_such_shipment"
    world.when(ReceiveKits(shipment=shipment.shipment, site="01"))

    assert world.refuses(ReceiveKits(shipment=shipment.shipment, site="01")).code == "no_such_shipment"
    assert kits(world).received == (shipment.shipment,)


def test_a_damaged_kit_belongs_to_the_shipment() -> None:
    world = open_trial()
    shipment = supplied(world)

    strange = ReceiveKits(damaged=("01-000000",), shipment=shipment.shipment, site="01")

    assert world.refuses(strange).code == "no_such_kit"
    with pytest.raises(ValidationError):
        ReceiveKits(damaged=("three",), shipment=shipment.shipment, site="01")


def test_damaged_kits_are_recorded_in_rising_order_whatever_order_the_site_tells_them_in() -> None:
    world = open_trial()
    shipment = supplied(world)
    told = (shipment.kits[2], shipment.kits[0], shipment.kits[2])

    entries = world.when(ReceiveKits(damaged=told, shipment=shipment.shipment, site="01"))

    assert one(entries, KitsReceived).damaged == (shipment.kits[0], shipment.kits[2])


# --- returned, and given wrongly -------------------------------------------------------------------------------


def test_a_kit_that_came_back_is_never_handed_out_again() -> None:
    world = open_trial(cap=9)
    shipment = stocked(world, supplying(2, 2))
    number = allocated(world)
    given = dispensed(world, number)

    entries = world.when(ReturnKit(kit=given, site="01", state="unused"))

    assert one(entries, KitReturned).state == "unused"
    assert kits(world).covered(shipment) == 1
    assert dispensed(world, number) != given
    assert world.refuses(DispenseKit(participant=number)).code == "no_kit_available"


def test_a_kit_lost_on_the_shelf_covers_one_dispensing_less() -> None:
    world = open_trial(cap=9)
    shipment = stocked(world, supplying(2, 2))
    world.when(ReturnKit(kit=shipment.kits[0], site="01", state="lost"))
    world.when(ReturnKit(kit=shipment.kits[0], site="01", state="destroyed"))

    assert kits(world).covered(shipment) == 1
    assert dispensed(world, allocated(world)) != shipment.kits[0]


def test_only_a_kit_that_the_site_was_supplied_with_comes_back() -> None:
    world = open_trial()

    assert world.refuses(ReturnKit(kit="01-000001", site="01", state="lost")).code == "no_such_kit"


def test_a_wrong_kit_is_a_fact_that_uses_the_kit_up() -> None:
    world = open_trial(cap=9)
    shipment = stocked(world, supplying(2, 2))
    number = allocated(world)
    meant = dispensed(world, number)
    wrong = next(kit for kit in shipment.kits if arm_of_kit(world, kit) != arm_of_kit(world, meant))

    entries = world.when(RecordAllocationError(error="wrong_kit", kit=wrong, participant=number))

    assert one(entries, KitMisgiven) == KitMisgiven(kit=wrong, participant=number)
    assert deviations(entries) == ("allocation-error",)
    assert kits(world).covered(shipment) == 0
    assert world.refuses(DispenseKit(participant=number)).code == "no_kit_available"


def test_a_wrong_kit_is_recorded_even_where_nobody_knows_its_number() -> None:
    world = open_trial(cap=9)
    number = allocated(world)

    unknown = world.when(RecordAllocationError(error="wrong_kit", kit="02-123456", participant=number))
    unnamed = world.when(RecordAllocationError(error="wrong_kit", participant=number))

    assert one(unknown, KitMisgiven).kit == "02-123456"
    assert deviations(unnamed) == ("allocation-error",)
    nobody = RecordAllocationError(error="wrong_kit", kit="02-123456", participant="099")
    assert world.refuses(nobody).code == "no_such_participant"


def test_a_kit_is_named_for_a_wrong_kit_alone() -> None:
    with pytest.raises(ValidationError, match="a kit is named for the error wrong_kit alone"):
        RecordAllocationError(error="ineligible", kit="01-123456", participant="001")


def test_what_else_stands_beside_a_sites_kits_changes_nothing() -> None:
    world = open_trial(cap=9)
    stocked(world)
    before = kits(world)

    world.happened(streams.kits("T1", "01"), KitsReceived(damaged=(), shipment="unknown"))
    world.happened(streams.kits("T1", "01"), VisitRecorded(done=True, visit="V1"))

    assert (kits(world).supplied, kits(world).dispensed) == (before.supplied, before.dispensed)
    assert kits(world).in_use(world.now.date()) == before.in_use(world.now.date())
