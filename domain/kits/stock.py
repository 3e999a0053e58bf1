"""Aggregates of kits: what a site holds, as everybody there may know it, and in the vault what the kits hold."""

from datetime import date
from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.fields import Concealed
from domain.kits.facts import KitDispensed, KitMisgiven, KitReturned, KitsMapped, KitsReceived, KitsSupplied, MappedKit
from domain.record import Entry
from domain.values import Value


class Dispensed(Value):
    """Which kit went to whom."""

    kit: str
    participant: str


class Kits(Aggregate):
    """The kits of one site.

    Which shipment is handed out from depends on what everybody may know alone: the order of receipt, the number of
    dispensings whatever their arm, damage, and the expiry. So neither the stock nor the shipment tells an arm.
    """

    supplied: tuple[KitsSupplied, ...]
    received: tuple[str, ...]
    dispensed: tuple[Dispensed, ...]
    spoilt: tuple[str, ...]

    @classmethod
    def start(cls) -> Self:
        """Nothing supplied yet."""
        return cls(version=0, supplied=(), received=(), dispensed=(), spoilt=())

    def after(self, entry: Entry) -> Self:
        """The kits after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case KitsSupplied() as fact:
                return msgspec.structs.replace(new, supplied=(*self.supplied, fact))
            case KitsReceived(shipment=shipment, damaged=damaged):
                spoilt = (*self.spoilt, *damaged)
                return msgspec.structs.replace(new, received=(*self.received, shipment), spoilt=spoilt)
            case KitDispensed(kit=kit, participant=participant):
                given = Dispensed(kit=kit, participant=participant)
                return msgspec.structs.replace(new, dispensed=(*self.dispensed, given))
            case KitMisgiven(kit=kit) | KitReturned(kit=kit):
                return msgspec.structs.replace(new, spoilt=(*self.spoilt, kit))
            case _:
                return new

    @property
    def numbers(self) -> frozenset[str]:
        """Every kit that was ever supplied to the site."""
        return frozenset(kit for shipment in self.supplied for kit in shipment.kits)

    @property
    def gone(self) -> frozenset[str]:
        """Kits that are never handed out again: dispensed, misgiven, damaged, or accounted for otherwise."""
        return frozenset(self.spoilt) | {given.kit for given in self.dispensed}

    def shipment(self, code: str) -> KitsSupplied | None:
        """The shipment of that code."""
        return next((one for one in self.supplied if one.shipment == code), None)

    def covered(self, shipment: KitsSupplied) -> int:
        """How many more dispensings the shipment covers, in whatever arms.

        A kit that is gone without having been dispensed counts as one of the scarcest arm, whichever arm it is of.
        """
        return shipment.covers - sum(kit in self.gone for kit in shipment.kits)

    def in_use(self, day: date) -> tuple[KitsSupplied, ...]:
        """The received shipments that still cover a dispensing on that day, in order of receipt."""
        received = (self.shipment(code) for code in self.received)
        return tuple(
            one
            for one in received
            if one is not None and self.covered(one) > 0 and (one.expires is None or day <= one.expires.latest)
        )


class KitMap(Concealed, Aggregate):
    """What the kits of one site hold, by shipment."""

    mapped: tuple[KitsMapped, ...]

    @classmethod
    def start(cls) -> Self:
        """Nothing mapped yet."""
        return cls(version=0, mapped=())

    def after(self, entry: Entry) -> Self:
        """The map after one more entry."""
        mapped = (*self.mapped, entry.fact) if isinstance(entry.fact, KitsMapped) else self.mapped
        return msgspec.structs.replace(self, version=entry.frame.version, mapped=mapped)

    def of(self, shipment: str) -> tuple[MappedKit, ...]:
        """The kits of a shipment, in the order in which they are handed out."""
        return next((one.kits for one in self.mapped if one.shipment == shipment), ())
