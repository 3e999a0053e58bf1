"""The tables of the kit reconciliation: counts by arm, lot and site, and every kit."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.kit_known import Known, OneKit
from compliance.reports.model import Code, Table
from compliance.reports.wording import listed, spaced

PILES: Final = ("under way", "in stock", "damaged", "dispensed", "given by mistake", "accounted for")
"""Every supplied kit is in exactly one of these."""
_HOLDS: Final = (
    Code(code="yes", meaning="every kit of the map was supplied, and each is in one place", tone="good"),
    Code(code="no", meaning="map and shipments differ; the mismatches say in which kit", tone="bad"),
)
_ARMS: Final = (
    Code(code="agrees", meaning="the kit holds what was allocated", tone="good"),
    Code(code="differs", meaning="it holds something else, or nothing was allocated", tone="bad"),
    Code(code="not given", meaning="it went to nobody"),
)


class Pile(NamedTuple):
    """The kits of one arm and lot at one site."""

    arm: str
    lot: str | None
    site: str
    kits: tuple[OneKit, ...]

    def __repr__(self) -> str:
        return "Pile(concealed)"

    @property
    def counts(self) -> Counter[str]:
        """How many are where."""
        return Counter(kit.counted_as for kit in self.kits)

    @property
    def mapped(self) -> int:
        """How many the map has."""
        return sum(bool(kit.maps) for kit in self.kits)

    @property
    def supplied(self) -> int:
        """How many were sent."""
        return sum(kit.shipment is not None for kit in self.kits)


def piles(known: Known) -> Iterator[Pile]:
    """The piles, by arm, lot and site."""
    found: dict[tuple[str, str, str], list[OneKit]] = {}
    for kit in known.kits:
        found.setdefault((known.arm_words(kit.arm), kit.lot or "", kit.site), []).append(kit)
    for (arm, lot, site), kits in sorted(found.items()):
        yield Pile(arm, lot or None, site, tuple(kits))


def piles_table(known: Known) -> Table:
    """One row per arm, lot and site: what was sent is what is somewhere now."""

    def of(pile: str) -> Filled[Pile]:
        key = pile.replace(" ", "_")
        return shown(key, pile.capitalize(), "number", _PILE_WORDS[pile], lambda one: str(one.counts[pile]))

    filled: tuple[Filled[Pile], ...] = (
        shown("arm", "Arm", "text", "Arm on the map, with the list's words for it", lambda one: one.arm),
        shown("lot", "Lot", "text", "Lot on the map", lambda one: one.lot),
        shown("site", "Site", "text", "Where the kits are", lambda one: one.site),
        shown("mapped", "Mapped", "number", "Kits on the map", lambda one: str(one.mapped)),
        shown("supplied", "Supplied", "number", "Kits that were sent", lambda one: str(one.supplied)),
        *(of(pile) for pile in PILES),
        shown("reconciles", "Reconciles", "status", "Whether both sides agree", reconciles, codes=_HOLDS),
        folded("returned", "Returned", "number", "Of the dispensed, came back", lambda one: str(_came_back(one))),
    )
    return table_of(
        "piles",
        "Kits by arm, lot and site",
        "Supplied = under way + in stock + damaged + dispensed + given by mistake + accounted for. A dispensed kit "
        "that came back stays counted as dispensed.",
        filled,
        piles(known),
        row_word="line",
    )


_PILE_WORDS: Final = {
    "under way": "Sent, not recorded as received",
    "in stock": "Received, not handed out",
    "damaged": "Arrived damaged",
    "dispensed": "Handed out for a participant",
    "given by mistake": "Given to somebody it was not dispensed for",
    "accounted for": "Not handed out, and lost, damaged, destroyed or sent back",
}


def reconciles(pile: Pile) -> str:
    """Whether each kit of the map was sent, each that was sent is mapped, and each is in one place."""
    in_place = sum(pile.counts[one] for one in PILES)
    return "yes" if pile.mapped == pile.supplied == in_place == len(pile.kits) else "no"


def _came_back(pile: Pile) -> int:
    return sum(kit.counted_as == "dispensed" and kit.row is not None and bool(kit.row.returned) for kit in pile.kits)


def kits_table(known: Known) -> Table:
    """One row per kit."""
    filled: tuple[Filled[OneKit], ...] = (
        shown("kit", "Kit", "id", "Its number", lambda k: k.number),
        shown("arm", "Arm", "text", "Arm on the map", lambda k: known.arm_words(k.arm)),
        shown("lot", "Lot", "text", "Lot on the map", lambda k: k.lot),
        shown("site", "Site", "text", "Where it is", lambda k: k.site),
        shown("state", "State", "text", "As everybody knows it", lambda k: None if k.row is None else k.row.state),
        shown("participant", "Went to", "text", "Participants", _participants),
        shown("agrees", "Arm agrees", "status", "Kit against allocation", lambda k: _agrees(known, k), codes=_ARMS),
        shown("returned", "Returned as", "text", "The last word on it", _returned),
        folded("shipment", "Shipment", "id", "That holds it", lambda k: k.shipment),
        folded("allocated", "Allocated", "text", "Arms of those it went to", lambda k: _allocated(known, k)),
        folded(
            "given",
            "When",
            "text",
            "As claimed",
            lambda k: listed(g.behind.occurred_at.when for g in k.went_to) or None,
        ),
        folded("map_entry", "Vault entry", "number", "Entry that maps it", _map_entry),
    )
    return table_of(
        "kits",
        "Every kit",
        "Numbers are random; the arm stands in the vault's map alone.",
        filled,
        known.kits,
        row_word="kit",
        group=lambda k: k.site,
    )


def _participants(kit: OneKit) -> str | None:
    return listed(given.participant for given in kit.went_to) or None


def _allocated(known: Known, kit: OneKit) -> str | None:
    arms = (known.arms.get(given.participant) for given in kit.went_to)
    return listed("none" if arm is None else known.arm_words(arm) for arm in arms) or None


def _agrees(known: Known, kit: OneKit) -> str:
    arms = {known.arms.get(given.participant) for given in kit.went_to}
    if not arms:
        return "not given"
    return "agrees" if arms == {kit.arm} and None not in arms else "differs"


def _returned(kit: OneKit) -> str | None:
    return spaced(kit.row.returned[-1].state) if kit.row is not None and kit.row.returned else None


def _map_entry(kit: OneKit) -> str | None:
    return str(kit.maps[0].entry.frame.position) if kit.maps else None
