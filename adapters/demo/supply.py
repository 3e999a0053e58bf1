"""Kits of the demonstration: supplied to both sites in numbers that cover any order of arms, received, one damaged."""

from typing import Any, Final

from adapters.demo.design import ARMS
from adapters.demo.director import TRIAL, Director, on_day
from adapters.demo.people import COORDINATOR, PHARMACIST
from domain import streams
from domain.kits.facts import KitsSupplied

KITS_OF_EACH_ARM: Final = 24
"""More than any site allocates: with so many of each, no order of arms runs short."""


class Supply:
    """The two shipments."""

    def __init__(self, director: Director) -> None:
        self.director = director

    def plan(self) -> None:
        """Put them on the calendar."""
        for code in ("01", "02"):
            self._plan(code)

    def _plan(self, code: str) -> None:
        self.director.at(on_day(2, 9), lambda: self.supply(code))
        self.director.at(on_day(5, 9), lambda: self.receive(code))

    def supply(self, code: str) -> None:
        """As many kits of each arm; the product numbers them."""
        contents = [{"arm": arm["arm"], "kits": KITS_OF_EACH_ARM, "lot": f"LOT-{arm['arm']}"} for arm in ARMS]
        self.director.send(PHARMACIST, "supply_kits", {"site": code, "contents": contents, "expires": "2029-12"})

    def receive(self, code: str) -> None:
        """They arrive; of the second site's one is damaged."""
        entries = self.director.store.ledger.stream(streams.kits(TRIAL, code))
        (supplied,) = (entry.fact for entry in entries if isinstance(entry.fact, KitsSupplied))
        damaged: dict[str, Any] = {"damaged": [supplied.kits[0]]} if code == "02" else {}
        self.director.send(COORDINATOR[code], "receive_kits", {"site": code, "shipment": supplied.shipment, **damaged})
