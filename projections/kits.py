"""Kits as everybody may know them: numbers, states and counts; what a kit holds stands nowhere here.

Nothing is counted by what kits hold: the cover of a shipment falls by one with every kit that is gone, whichever.
"""

from typing import Literal, Self

from msgspec.structs import replace

from domain.kits import facts
from domain.record import Entry
from domain.values import Code, PartialDate, Value
from projections.fold import Moment, State, in_order, moment, place
from projections.persistent import PersistentMap

Standing = Literal["under way", "in stock", "damaged", "dispensed", "misgiven", "returned"]


class Handed(Value):
    """A kit went to a participant."""

    behind: Moment
    participant: Code


class Returned(Value):
    """What became of a kit."""

    behind: Moment
    state: facts.KitState


class ShipmentRow(Value):
    """A shipment; `covers` is how many more dispensings it covers, in whatever arms."""

    behind: Moment
    covers: int
    damaged: int
    dispensed: int
    expires: PartialDate | None
    received: Moment | None
    shipment: Code
    site: Code
    supplied: int


class KitRow(Value):
    """A kit with all that is recorded of it; `state` is the last that counts."""

    damaged: bool
    dispensed: tuple[Handed, ...]
    kit: Code
    misgiven: tuple[Handed, ...]
    returned: tuple[Returned, ...]
    shipment: Code | None
    site: Code
    state: Standing


class KitsView(Value):
    """All kits by number, and all shipments by site, in the order of supply."""

    kits: tuple[KitRow, ...]
    shipments: tuple[ShipmentRow, ...]


class Supply(Value):
    """A shipment as it was sent."""

    behind: Moment
    what: facts.KitsSupplied


class Receipt(Value):
    """A shipment as it arrived."""

    behind: Moment
    damaged: tuple[Code, ...]


class Happened(Value):
    """What is recorded of one kit, in the order in which it happened."""

    dispensed: tuple[Handed, ...]
    misgiven: tuple[Handed, ...]
    returned: tuple[Returned, ...]
    site: Code


class Kits(State):
    """All shipments, and what happened to kits."""

    supplies: PersistentMap[str, Supply]
    receipts: PersistentMap[str, Receipt]
    happened: PersistentMap[str, Happened]

    @classmethod
    def start(cls) -> Self:
        """Nothing supplied."""
        return cls(supplies=PersistentMap(), receipts=PersistentMap(), happened=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The kits after one more entry."""
        kind, site = place(entry.frame.stream)
        if kind != "kits":
            return self
        behind = moment(entry)
        match entry.fact:
            case facts.KitsSupplied(shipment=code) as fact:
                return replace(self, supplies=self.supplies.put(code, Supply(behind=behind, what=fact)))
            case facts.KitsReceived(shipment=code, damaged=damaged):
                return replace(self, receipts=self.receipts.put(code, Receipt(behind=behind, damaged=damaged)))
            case facts.KitDispensed(kit=kit, participant=participant):
                known, row = self._happened(kit, site), Handed(behind=behind, participant=participant)
                return self._put(kit, replace(known, dispensed=in_order(known.dispensed, row)))
            case facts.KitMisgiven(kit=kit, participant=participant):
                known, row = self._happened(kit, site), Handed(behind=behind, participant=participant)
                return self._put(kit, replace(known, misgiven=in_order(known.misgiven, row)))
            case facts.KitReturned(kit=kit, state=state):
                known, back = self._happened(kit, site), Returned(behind=behind, state=state)
                return self._put(kit, replace(known, returned=in_order(known.returned, back)))
            case _:
                return self

    def _happened(self, kit: str, site: str) -> Happened:
        return self.happened.get(kit, Happened(dispensed=(), misgiven=(), returned=(), site=site))

    def _put(self, kit: str, happened: Happened) -> Self:
        return replace(self, happened=self.happened.put(kit, happened))

    def view(self) -> KitsView:
        """The kits by number, the shipments by site."""
        supplies = sorted(self.supplies.values(), key=lambda one: (one.what.site, one.behind.position))
        where = {kit: one for one in supplies for kit in one.what.kits}
        return KitsView(
            kits=tuple(self._row(kit, where.get(kit)) for kit in sorted({*where, *self.happened})),
            shipments=tuple(map(self._counted, supplies)),
        )

    def _row(self, kit: str, supply: Supply | None) -> KitRow:
        known = self._happened(kit, supply.what.site if supply else "")
        return KitRow(
            damaged=supply is not None and kit in self._damaged(supply),
            dispensed=known.dispensed,
            kit=kit,
            misgiven=known.misgiven,
            returned=known.returned,
            shipment=supply.what.shipment if supply else None,
            site=supply.what.site if supply else known.site,
            state=self._state(kit, known, supply),
        )

    def _state(self, kit: str, known: Happened, supply: Supply | None) -> Standing:
        if known.returned:
            return "returned"
        if known.misgiven or known.dispensed:
            return "misgiven" if known.misgiven else "dispensed"
        if supply is None or supply.what.shipment not in self.receipts:
            return "under way"
        return "damaged" if kit in self._damaged(supply) else "in stock"

    def _damaged(self, supply: Supply) -> tuple[str, ...]:
        receipt = self.receipts.get(supply.what.shipment)
        return () if receipt is None else receipt.damaged

    def _counted(self, supply: Supply) -> ShipmentRow:
        what, receipt = supply.what, self.receipts.get(supply.what.shipment)
        damaged = self._damaged(supply)
        gone = {kit for kit in what.kits if kit in damaged or kit in self.happened}
        return ShipmentRow(
            behind=supply.behind,
            covers=max(0, what.covers - len(gone)),
            damaged=len(damaged),
            dispensed=sum(kit in self.happened and bool(self.happened[kit].dispensed) for kit in what.kits),
            expires=what.expires,
            received=None if receipt is None else receipt.behind,
            shipment=what.shipment,
            site=what.site,
            supplied=len(what.kits),
        )
