"""An honest ledger as it lies in a table, and the ways to write one dishonestly."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from compliance.proofs.entry import frame_entry, recorded_at_text
from compliance.proofs.tree import Frontier, leaf_hash

LEDGER = "trial:DEMO-001"
START = datetime(2027, 3, 3, 10, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    ledger: str
    position: int
    stream: str
    version: int
    type: str
    recorded_at: str
    entry: bytes
    leaf: bytes


@dataclass(frozen=True)
class Head:
    size: int
    root: bytes
    frontier: bytes


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def event_id_of(position: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"{LEDGER}/{position}"))


def body(position: int, event_id: str | None = None) -> bytes:
    payload = {"environment": "demonstration"} if position == 1 else {"number": position, "text": "as told"}
    return canonical({"event_id": event_id or event_id_of(position), "payload": payload, "salt": "00" * 16})


def row(
    position: int,
    *,
    content: bytes | None = None,
    ledger: str = LEDGER,
    minutes: int | None = None,
    stream: str | None = None,
    type_name: str | None = None,
    version: int | None = None,
) -> Row:
    """Write a row whose columns, frame and leaf agree; by default three streams take turns after the first."""
    turn, round_ = (position - 2) % 3, (position - 2) // 3
    stream = stream or (f"{LEDGER}/participant/{turn:03}" if position > 1 else f"{LEDGER}/ledger")
    version = version or (round_ + 1 if position > 1 else 1)
    type_name = type_name or ("dose.given.v1" if position > 1 else "ledger.opened.v1")
    recorded_at = START + timedelta(minutes=position if minutes is None else minutes)
    entry = frame_entry(
        content or body(position),
        ledger=ledger,
        position=position,
        recorded_at=recorded_at,
        stream=stream,
        type_name=type_name,
        version=version,
    )
    at = recorded_at_text(recorded_at)
    return Row(ledger, position, stream, version, type_name, at, entry, leaf_hash(entry))


def honest(size: int) -> list[Row]:
    return [row(position) for position in range(1, size + 1)]


def head_of(rows: Sequence[Row]) -> Head:
    frontier = Frontier.empty().extend(one.leaf for one in rows)
    return Head(frontier.size, frontier.root(), frontier.to_bytes())


def with_entry(one: Row, entry: bytes) -> Row:
    """Write other bytes and the leaf that fits them."""
    return replace(one, entry=entry, leaf=leaf_hash(entry))
