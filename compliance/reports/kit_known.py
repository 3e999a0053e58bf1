"""What the reconciliation of kits rests on: each kit as the trial ledger has it, beside its map and the allocations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from compliance.reports import frame, vaulted
from compliance.reports.material import Material
from domain.allocation.facts import ListSealed, SlotDrawn
from domain.kits.facts import KitsMapped, MappedKit
from domain.record import Entry
from projections.kits import Handed, KitRow, Kits, ShipmentRow

NOT_MAPPED: Final = "not mapped"


@dataclass(frozen=True, slots=True, repr=False)
class Mapped:
    """A kit on a map, and the entry of the vault that has it."""

    kit: MappedKit
    shipment: str
    site: str
    entry: Entry


@dataclass(frozen=True, slots=True, repr=False)
class OneKit:
    """One kit number from all sides; printed, it is its type alone."""

    number: str
    row: KitRow | None
    maps: tuple[Mapped, ...]

    @property
    def arm(self) -> str | None:
        """The arm that it holds."""
        return self.maps[0].kit.arm if self.maps else None

    @property
    def lot(self) -> str | None:
        """Its lot."""
        return self.maps[0].kit.lot if self.maps else None

    @property
    def site(self) -> str:
        """The site whose shipment holds it, or for which it is mapped."""
        return self.row.site if self.row is not None else self.maps[0].site

    @property
    def shipment(self) -> str | None:
        """The shipment that holds it."""
        return None if self.row is None else self.row.shipment

    @property
    def went_to(self) -> tuple[Handed, ...]:
        """Whom it went to, by dispensing or by mistake."""
        return () if self.row is None else (*self.row.dispensed, *self.row.misgiven)

    @property
    def counted_as(self) -> str:
        """The one pile that it counts in: dispensed before returned, so that each kit counts once."""
        if self.row is None or self.row.shipment is None:
            return "not supplied"
        if self.row.dispensed:
            return "dispensed"
        if self.row.misgiven:
            return "given by mistake"
        return "accounted for" if self.row.returned else self.row.state


@dataclass(frozen=True)
class Known:
    """All kits, and the arm of each allocation."""

    kits: Sequence[OneKit]
    shipments: Sequence[ShipmentRow]
    arms: Mapping[str, str]
    labels: Mapping[str, str]

    def __repr__(self) -> str:
        return "Known(concealed)"

    def arm_words(self, arm: str | None) -> str:
        """An arm with the vault's words for it."""
        if arm is None:
            return NOT_MAPPED
        return f"{arm}: {self.labels[arm]}" if arm in self.labels else f"{arm}: not an arm of the lists"

    @cached_property
    def received(self) -> frozenset[str]:
        """The shipments that arrived."""
        return frozenset(row.shipment for row in self.shipments if row.received is not None)


def known(material: Material) -> Known:
    """The kits on the axes asked for."""
    vault = vaulted.vault_entries(material)
    view = frame.projected(material, Kits).view()
    maps = _maps(vault)
    rows = {row.kit: row for row in view.kits}
    sealed = [entry.fact for entry in vault if isinstance(entry.fact, ListSealed)]
    return Known(
        kits=[OneKit(kit, rows.get(kit), tuple(maps.get(kit, ()))) for kit in sorted({*rows, *maps})],
        shipments=view.shipments,
        arms={entry.fact.participant: entry.fact.arm for entry in vault if isinstance(entry.fact, SlotDrawn)},
        labels={listed.arm: listed.label for fact in sealed for listed in fact.arms},
    )


def _maps(vault: Sequence[Entry]) -> dict[str, list[Mapped]]:
    found: dict[str, list[Mapped]] = {}
    for entry in vault:
        if isinstance(entry.fact, KitsMapped):
            for kit in entry.fact.kits:
                found.setdefault(kit.kit, []).append(Mapped(kit, entry.fact.shipment, entry.fact.site, entry))
    return found
