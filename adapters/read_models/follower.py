"""Follows the trial ledgers and keeps their views current, in batches; only blinded folds, of trial ledgers alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from adapters.read_models.file import ViewFile
from compliance.pages import all_entries
from domain.plain import written
from domain.ports import Ledger
from domain.record import Entry
from projections.amendments import is_amendment
from projections.catalogue import PROJECTIONS
from projections.fold import State
from projections.replay import advance, replay

BATCH: Final = 500
"""Entries per transaction: one write of the position for many entries."""


class Follower:
    """Views of every projection for every trial ledger of a store."""

    def __init__(self, ledger: Ledger, file: ViewFile, projections: Mapping[str, type[State]] = PROJECTIONS) -> None:
        self._ledger = ledger
        self._file = file
        self._projections = projections
        self._states: dict[str, tuple[int, dict[str, State]]] = {}

    def catch_up(self) -> dict[str, int]:
        """Bring all views to the heads; the position that each ledger's views stand at."""
        names = [name for name in self._ledger.ledgers() if name.startswith("trial:")]
        return {name: self._catch_up(name) for name in names}

    def rebuild(self) -> dict[str, int]:
        """Drop all views and make them again from the ledger."""
        for name in self._ledger.ledgers():
            self._file.forget(name)
        self._states.clear()
        return self.catch_up()

    def view(self, ledger: str, projection: str) -> bytes | None:
        """A view as JSON."""
        return self._file.view(ledger, projection)

    def _catch_up(self, name: str) -> int:
        for batch in self._new(name):
            position, states = self._at(name)
            history = self._history(name, position) if any(map(is_amendment, batch)) else []
            states = {key: advance(state, history, batch) for key, state in states.items()}
            reached = batch[-1].frame.position
            views = {key: written(state.view()).encode() for key, state in states.items()}
            if not self._file.replace(name, after=position, position=reached, views=views):
                self._states.pop(name, None)  # another process was faster: start again from where it came
                continue
            self._states[name] = (reached, states)
        return self._file.position(name)

    def _new(self, name: str) -> Iterator[Sequence[Entry]]:
        while batch := self._ledger.page(name, after=self._file.position(name), limit=BATCH):
            yield batch

    def _at(self, name: str) -> tuple[int, dict[str, State]]:
        position = self._file.position(name)
        held = self._states.get(name)
        if held is not None and held[0] == position:
            return held
        entries = self._history(name, position)
        return position, {key: replay(kind, entries) for key, kind in self._projections.items()}

    def _history(self, name: str, position: int) -> list[Entry]:
        return all_entries(self._ledger, name, up_to=position) if position else []
