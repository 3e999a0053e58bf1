"""One stored row after another: place, bytes, leaf, frame, body, and what a ledger's order promises."""

from collections.abc import Container
from datetime import UTC, datetime
from typing import Protocol

from compliance.proofs.canonical import Json, read_canonical
from compliance.proofs.entry import MAX_ENTRY_BYTES, body_of, frame_of, framed, read_recorded_at, recorded_at_text
from compliance.proofs.tree import Frontier, leaf_hash
from compliance.proofs.verdict import Finding
from domain.errors import DamagedLedgerError, InvalidInputError
from domain.record import Frame

OPENING_TYPE = "ledger.opened.v1"


class StoredRow(Protocol):
    """A row of a ledger's table, as it is stored."""

    @property
    def ledger(self) -> str: ...
    @property
    def position(self) -> int: ...
    @property
    def stream(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def recorded_at(self) -> str: ...
    @property
    def entry(self) -> bytes: ...
    @property
    def leaf(self) -> bytes: ...


class RowCheck:
    """Takes the rows in order; the first finding ends it, and `frontier` covers the rows before that."""

    def __init__(self, ledger: str, known_types: Container[str] | None) -> None:
        self.frontier = Frontier.empty()
        self.environment: str | None = None
        self._ledger = ledger
        self._known_types = known_types
        self._recorded_at = datetime.min.replace(tzinfo=UTC)
        self._versions: dict[str, int] = {}
        self._event_ids: set[str] = set()

    def find(self, row: StoredRow) -> Finding | None:
        bad = (
            self._out_of_place(row)
            or _other_bytes(row)
            or self._other_frame(row)
            or self._unregistered(row)
            or self._back_in_time(row)
            or self._out_of_version(row)
            or self._other_body(row)
        )
        if bad is None:
            self.frontier = self.frontier.append(row.leaf)
        return bad

    def _out_of_place(self, row: StoredRow) -> Finding | None:
        last = self.frontier.size
        if row.position == last + 1:
            return None
        if last and row.position == last:
            return Finding(last, "position_repeated", f"Position {last} is there twice.")
        after = f"after position {last}" if last else "at the beginning"
        return Finding(last + 1, "position_missing", f"Position {last + 1} is missing: {row.position} comes {after}.")

    def _other_frame(self, row: StoredRow) -> Finding | None:
        if row.ledger != self._ledger:
            sentence = f"The row belongs to the ledger {_shown(row.ledger)}, not to {_shown(self._ledger)}."
            return Finding(row.position, "other_ledger", sentence)
        try:
            differing = None if _says_the_same(row) else _first_difference(row, frame_of(row.entry))
        except DamagedLedgerError as error:
            return Finding(row.position, "entry_unreadable", error.what)
        return None if differing is None else Finding(row.position, "frame_differs", differing)

    def _unregistered(self, row: StoredRow) -> Finding | None:
        if (row.position == 1) != (row.type == OPENING_TYPE):
            sentence = f"A ledger begins with {OPENING_TYPE} and holds it once; this entry is {_shown(row.type)}."
            return Finding(row.position, "not_opened", sentence)
        if self._known_types is None or row.type in self._known_types:
            return None
        return Finding(row.position, "type_unknown", f"The type {_shown(row.type)} is not registered.")

    def _back_in_time(self, row: StoredRow) -> Finding | None:
        try:
            recorded_at = read_recorded_at(row.recorded_at)
        except ValueError as error:
            return Finding(row.position, "entry_unreadable", str(error))
        if recorded_at < self._recorded_at:
            sentence = f"It was recorded at {row.recorded_at}, before the entry that stands before it."
            return Finding(row.position, "time_runs_back", sentence)
        self._recorded_at = recorded_at
        return None

    def _out_of_version(self, row: StoredRow) -> Finding | None:
        expected = self._versions.get(row.stream, 0) + 1
        if row.version != expected:
            sentence = f"The stream {_shown(row.stream)} is at version {row.version} where {expected} should follow."
            return Finding(row.position, "version_out_of_order", sentence)
        self._versions[row.stream] = expected
        return None

    def _other_body(self, row: StoredRow) -> Finding | None:
        try:
            body = read_canonical(body_of(row.entry))
        except ValueError as error:
            return Finding(row.position, "entry_unreadable", f"The body of the entry cannot be read. {error}")
        match body:
            case {"event_id": str(event_id)} if event_id not in self._event_ids:
                self._event_ids.add(event_id)
            case {"event_id": str(event_id)}:
                return Finding(row.position, "event_id_repeated", f"An entry before has the id {_shown(event_id)}.")
            case _:
                return Finding(row.position, "event_id_missing", "The body of the entry has no event id.")
        return self._environment_missing(body) if row.position == 1 else None

    def _environment_missing(self, first: Json) -> Finding | None:
        match first:
            case {"payload": {"environment": "production" | "demonstration" as environment}}:
                self.environment = environment
                return None
            case _:
                sentence = "The first entry says neither production nor demonstration."
                return Finding(1, "environment_missing", sentence)


def _other_bytes(row: StoredRow) -> Finding | None:
    if len(row.entry) > MAX_ENTRY_BYTES:
        sentence = f"The entry has {len(row.entry)} bytes; an entry has at most {MAX_ENTRY_BYTES}."
        return Finding(row.position, "entry_too_large", sentence)
    if leaf_hash(row.entry) != row.leaf:
        sentence = "The bytes of the entry do not give its stored leaf: one of the two was altered."
        return Finding(row.position, "leaf_differs", sentence)
    return None


def _says_the_same(row: StoredRow) -> bool:
    """Tell whether the frame, spelled anew from the columns, gives the entry byte for byte."""
    body = body_of(row.entry)
    try:
        expected = framed(
            body,
            ledger=row.ledger,
            position=row.position,
            recorded_at=row.recorded_at,
            stream=row.stream,
            type_name=row.type,
            version=row.version,
        )
    except InvalidInputError:  # a column holds what no frame can hold
        return False
    return row.entry == expected


def _first_difference(row: StoredRow, frame: Frame) -> str:
    """Name the column that says something else than the frame; one does, as the bytes differ."""
    pairs: dict[str, tuple[object, object]] = {
        "ledger": (row.ledger, frame.ledger),
        "position": (row.position, frame.position),
        "recorded_at": (row.recorded_at, recorded_at_text(frame.recorded_at)),
        "stream": (row.stream, frame.stream),
        "type": (row.type, frame.type),
        "version": (row.version, frame.version),
    }
    name, (stored, said) = next((name, pair) for name, pair in pairs.items() if pair[0] != pair[1])
    return f"The column {name} says {_shown(stored)}, the entry itself {_shown(said)}."


def _shown(text: object) -> str:
    """Show a stored text on one line, without trusting it."""
    return repr(text)[:120]
