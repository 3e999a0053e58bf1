"""Corrections and voids taken into account: the entries as they count now, in the order in which they stand.

Every correction of a value is applied, oldest first, so that the last one per value holds. An entry named by a
void is left out; so is an amendment that was itself voided, together with its effect. Amendments in force
stay among the entries, so that trails and counters see them. An amendment that cannot have an effect is left
out and listed with the reason; nothing is raised, since what is recorded is recorded.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from domain.corrections import FIXED, corrected
from domain.errors import InvalidInputError
from domain.ledger.facts import RecordCorrected, RecordVoided
from domain.record import Entry
from domain.values import Code, Name, Value


class WithoutEffect(Value):
    """An amendment that folds pass over, and why: `code` is the refusal's, or names what does not agree."""

    code: Code
    event_id: UUID
    position: int
    stream: Name
    target: UUID


class Amended(NamedTuple):
    """The entries that count, and the amendments without effect."""

    entries: list[Entry]
    without_effect: tuple[WithoutEffect, ...]


def is_amendment(entry: Entry) -> bool:
    """Whether the entry changes what an earlier one means."""
    return isinstance(entry.body.payload, RecordCorrected | RecordVoided)


def effective(entries: Iterable[Entry]) -> list[Entry]:
    """The entries as they count after the amendments among them."""
    return amended(entries).entries


def amended(entries: Iterable[Entry]) -> Amended:
    """The entries as they count after the amendments among them, and the amendments that have no effect."""
    known = list(entries)
    amendments = [index for index, entry in enumerate(known) if is_amendment(entry)]
    return _Amending(known, amendments).outcome() if amendments else Amended(known, ())


class _Amending:
    """One pass over the amendments: a later one decides about an earlier one, never the other way round."""

    def __init__(self, known: list[Entry], amendments: list[int]) -> None:
        self.known = known
        self.amendments = amendments
        targets = {known[index].fact.target for index in amendments}
        self.places = {
            (entry.frame.stream, entry.body.event_id): index
            for index, entry in enumerate(known)
            if entry.body.event_id in targets
        }
        self.dropped: set[int] = set()
        self.idle: dict[int, str] = {}

    def outcome(self) -> Amended:
        in_force = self._after_voids()
        for index, target in reversed(in_force):
            self._correct(index, target)
        gone = self.dropped | self.idle.keys()
        entries = [entry for index, entry in enumerate(self.known) if index not in gone]
        return Amended(entries, tuple(self._listed(index, self.idle[index]) for index in sorted(self.idle)))

    def _after_voids(self) -> list[tuple[int, int]]:
        """Apply the voids from the last to the first; give the corrections in force, last first."""
        corrections: list[tuple[int, int]] = []
        for index in reversed(self.amendments):
            if index in self.dropped:
                continue
            target = self._target(self.known[index])
            if isinstance(target, str):
                self.idle[index] = target
            elif isinstance(self.known[index].fact, RecordCorrected):
                corrections.append((index, target))
            elif type(self.known[target].fact) in FIXED:
                self.idle[index] = "not_voidable"
            else:
                self.dropped.add(target)
        return corrections

    def _target(self, entry: Entry) -> int | str:
        """Where the target stands, or why it is none: it must be an earlier entry of the same stream."""
        fact = entry.fact
        index = self.places.get((entry.frame.stream, fact.target))
        if index is None:
            return "target_not_in_stream"
        position = self.known[index].frame.position
        if position != fact.target_position:
            return "target_position_differs"
        return index if position < entry.frame.position else "target_not_earlier"

    def _correct(self, index: int, target: int) -> None:
        fact = self.known[index].fact
        try:
            self.known[target] = corrected(self.known[target], fact.pointer, fact.new)
        except InvalidInputError as refused:
            self.idle[index] = refused.code

    def _listed(self, index: int, code: str) -> WithoutEffect:
        entry = self.known[index]
        return WithoutEffect(
            code=code,
            event_id=entry.body.event_id,
            position=entry.frame.position,
            stream=entry.frame.stream,
            target=entry.fact.target,
        )
