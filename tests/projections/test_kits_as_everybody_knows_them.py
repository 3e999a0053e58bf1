"""The kits of all sites as a blinded reader knows them: their states and their cover, and nothing by arm."""

from typing import Any

import msgspec.inspect
import pytest

from domain import streams
from domain.kits import facts as kits
from domain.values import PartialDate
from projections.catalogue import PROJECTIONS
from projections.kits import Kits, KitsView
from projections.replay import replay
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book, at

OWN = streams.kits(TRIAL, "01")
NUMBERS = ("01-000004", "01-000011", "01-000102", "01-999999")


def supplied(shipment: str = "s1", site: str = "01", numbers: tuple[str, ...] = NUMBERS) -> kits.KitsSupplied:
    return kits.KitsSupplied(covers=2, expires=PartialDate("2028-01"), kits=numbers, shipment=shipment, site=site)


def received(*damaged: str, shipment: str = "s1") -> kits.KitsReceived:
    return kits.KitsReceived(damaged=damaged, shipment=shipment)


def dispensed(kit: str, participant: str = "001") -> kits.KitDispensed:
    return kits.KitDispensed(kit=kit, participant=participant)


def shown(*facts: Any) -> KitsView:
    book = Book()
    for fact in facts:
        book.write(OWN, fact)
    return replay(Kits, book.entries).view()


def states(view: KitsView) -> dict[str, str]:
    return {row.kit: row.state for row in view.kits}


def test_a_kit_is_under_way_in_stock_damaged_or_dispensed() -> None:
    assert set(states(shown(supplied())).values()) == {"under way"}

    view = shown(supplied(), received(NUMBERS[3]), dispensed(NUMBERS[1]))

    assert states(view) == dict(zip(NUMBERS, ("in stock", "dispensed", "in stock", "damaged"), strict=True))
    assert [(row.shipment, row.site) for row in view.kits] == [("s1", "01")] * 4
    assert view.kits[1].dispensed[0].participant == "001"


def test_the_last_word_on_a_kit_counts_and_the_earlier_ones_stay() -> None:
    kit = NUMBERS[0]
    back = [kits.KitReturned(kit=kit, state=state) for state in ("unused", "destroyed")]

    view = shown(supplied(), received(), dispensed(kit), *back)

    assert states(view)[kit] == "returned"
    assert [row.state for row in view.kits[0].returned] == ["unused", "destroyed"]
    assert len(view.kits[0].dispensed) == 1


def test_a_shipment_covers_less_with_every_kit_that_is_gone_whichever_it_is() -> None:
    (none,) = shown(supplied(), received()).shipments
    (one,) = shown(supplied(), received(NUMBERS[2])).shipments
    (same,) = shown(
        supplied(), received(), dispensed(NUMBERS[0]), kits.KitReturned(kit=NUMBERS[0], state="empty")
    ).shipments
    (over,) = shown(supplied(), received(*NUMBERS[1:]), kits.KitMisgiven(kit=NUMBERS[0], participant="002")).shipments

    assert [row.covers for row in (none, one, same, over)] == [2, 1, 1, 0]
    assert [row.dispensed for row in (none, one, same, over)] == [0, 0, 1, 0]
    assert (over.damaged, over.supplied, over.expires) == (3, 4, PartialDate("2028-01"))


def test_a_shipment_that_was_not_received_says_so() -> None:
    (row,) = shown(supplied()).shipments

    assert row.received is None


def test_a_kit_given_wrongly_is_shown_even_where_it_was_never_supplied() -> None:
    view = shown(supplied(), received(), kits.KitMisgiven(kit="02-000001", participant="003"))
    back = shown(kits.KitMisgiven(kit=NUMBERS[0], participant="003"), supplied(), received())
    alone = shown(dispensed("02-000002"), received(shipment="s9"))

    assert states(view)["02-000001"] == "misgiven"
    assert next(row.shipment for row in view.kits if row.kit == "02-000001") is None
    assert states(back)[NUMBERS[0]] == "misgiven"
    assert [(row.state, row.site, row.shipment) for row in alone.kits] == [("dispensed", "01", None)]
    assert alone.shipments == ()


def test_what_was_told_later_of_an_earlier_day_stands_where_it_happened() -> None:
    book = Book()
    book.write(OWN, dispensed(NUMBERS[0], "002"), at("2027-03-09"))
    book.write(OWN, dispensed(NUMBERS[0], "001"), at("2027-03-02"))

    (row,) = replay(Kits, book.entries).view().kits

    assert [given.participant for given in row.dispensed] == ["001", "002"]


def test_what_is_not_about_kits_changes_nothing() -> None:
    known = shown(supplied(), received())

    assert shown(supplied(), received(), told.received()) == known


def test_shipments_stand_by_site_in_the_order_of_supply() -> None:
    book = Book()
    book.write(streams.kits(TRIAL, "02"), supplied("s3", "02", ("02-000001",)))
    for shipment in ("s2", "s1"):
        book.write(OWN, supplied(shipment))
    book.write(streams.trial(TRIAL), kits.KitReturned(kit=NUMBERS[0], state="lost"))

    view = replay(Kits, book.entries).view()

    assert [row.shipment for row in view.shipments] == ["s2", "s1", "s3"]
    assert "returned" not in states(view).values()


# --- no balance between arms -----------------------------------------------------------------------------------

PER_ARM = frozenset({"arm", "arms", "by_arm", "group", "groups", "treatment_group", "lot", "product", "slot", "block"})
HARMLESS = {
    "adverse_events": frozenset({"product"}),
}
"""Study treatment or another medicine, never which."""


def names(kind: msgspec.inspect.Type, inside: frozenset[type] = frozenset()) -> set[str]:
    """Every name of a field in a view, through all that it is made of."""
    match kind:
        case msgspec.inspect.Metadata(type=inner) | msgspec.inspect.VarTupleType(item_type=inner):
            return names(inner, inside)
        case msgspec.inspect.UnionType(types=parts) | msgspec.inspect.TupleType(item_types=parts):
            return set[str]().union(*(names(part, inside) for part in parts))
        case msgspec.inspect.StructType(cls=made, fields=fields) if made not in inside:
            found = {field.name for field in fields}
            return found.union(*(names(field.type, inside | {made}) for field in fields))
        case _:
            return set()


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("name", sorted(PROJECTIONS))
def test_i28_no_blinded_projection_has_a_key_by_arm_coded_or_not(name: str) -> None:
    view = PROJECTIONS[name].view.__annotations__["return"]

    found = names(msgspec.inspect.type_info(view))

    assert found
    assert found & PER_ARM == HARMLESS.get(name, frozenset())
