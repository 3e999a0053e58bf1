"""Kits in a small trial: supplied by the pharmacist, received by the site, dispensed to who is allocated."""

from domain import streams
from domain.allocation.facts import SlotDrawn
from domain.kits.commands import ContentPart, DispenseKit, ReceiveKits, SupplyKits
from domain.kits.facts import KitDispensed, KitsMapped, KitsSupplied
from domain.kits.stock import KitMap, Kits
from domain.values import PartialDate
from tests.domain.harness import World, one, persona
from tests.domain.story import SITE

PHARMACIST = persona("pharmacist-01", "unblinded_pharmacist", "Pharmacy")


def supplying(a1: int = 3, a2: int = 3, *, site: str = SITE, expires: str | None = None) -> SupplyKits:
    contents = (ContentPart(arm="a1", kits=a1, lot="L1"), ContentPart(arm="a2", kits=a2, lot=None))
    return SupplyKits(contents=contents, expires=None if expires is None else PartialDate(expires), site=site)


def supplied(world: World, wish: SupplyKits | None = None) -> KitsSupplied:
    return one(world.when(wish or supplying(), by=PHARMACIST), KitsSupplied)


def stocked(world: World, wish: SupplyKits | None = None, *, damaged: int = 0) -> KitsSupplied:
    """A shipment at the site, of which the first so many kits are damaged."""
    shipment = supplied(world, wish)
    world.when(ReceiveKits(damaged=shipment.kits[:damaged], shipment=shipment.shipment, site=shipment.site))
    return shipment


def dispensed(world: World, number: str) -> str:
    """A kit handed out; its number."""
    return one(world.when(DispenseKit(participant=number)), KitDispensed).kit


def kits(world: World, site: str = SITE) -> Kits:
    return world.get(Kits, streams.kits(world.trial, site))


def arm_of_kit(world: World, kit: str, site: str = SITE) -> str:
    """What a kit holds, as the vault has it."""
    mapped = world.get(KitMap, streams.kit_map(world.trial, site)).mapped
    return next(row.arm for shipment in mapped for row in shipment.kits if row.kit == kit)


def arm_of_participant(world: World, number: str) -> str:
    """The arm, as the vault has it."""
    return next(slot.arm for slot in world.every(SlotDrawn) if slot.participant == number)


def maps(world: World) -> tuple[KitsMapped, ...]:
    return world.every(KitsMapped)
