"""Facts to canonical bytes (RFC 8785) and back, strictly, with one prepared reader for each stored type.

orjson writes the canonical form of every tree that a fact can be: its names are ASCII, its numbers whole
and below 2^53, and its times are spelled here with six digits.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Final, Never

import msgspec
import orjson
from msgspec.structs import replace

import domain.facts  # noqa: F401  # pyright: ignore[reportUnusedImport]  # fills the register of event types
from compliance.proofs.entry import recorded_at_text
from domain.catalogue import EventType, event_type
from domain.errors import DamagedLedgerError
from domain.fields import SealedFact
from domain.record import Context, Entry, Fact, Recorded
from domain.upcasts import current_name, upcast
from domain.values import Value, decode_hook, encode_hook

OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER | orjson.OPT_PASSTHROUGH_DATETIME
UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

Payload = dict[str, Any]


def encode_body(context: Context, payload: Value) -> bytes:
    """Write part B: the context, and the fact or what stands sealed in its place."""
    tree = _tree(context)
    tree["payload"] = _tree(payload)
    return _written(tree)


def encode_payload(fact: Fact) -> bytes:
    """Write a fact alone, as it is sealed for a vault."""
    return _written(_tree(fact))


def decode(entry: bytes, type_name: str) -> Entry:
    """Read an entry; the payload of a vault entry stays sealed."""
    read = _entry_reader(type_name)
    try:
        found = read(entry)
    except UNREADABLE as error:
        _refuse(type_name, error)
    if found.frame.type != type_name:
        raise _damaged(f"An entry stored as {type_name} says that it is {found.frame.type}.")
    return found


def decode_payload(data: bytes, type_name: str) -> Fact:
    """Read a fact written by `encode_payload`, also in an older form."""
    read = _payload_reader(type_name)
    try:
        return read(data)
    except UNREADABLE as error:
        _refuse(type_name, error)


def decode_as(data: bytes, kind: Any) -> Any:
    """Read bytes that are not recorded yet as exactly this type; msgspec's errors say where they are not."""
    return _decoder(kind).decode(data)


def current_type(type_name: str) -> EventType:
    """The register's row for a stored name, an old one included."""
    name = current_name(type_name)
    row = None if name is None else event_type(name)
    if row is None:
        raise DamagedLedgerError(
            f"No version of this product up to this one wrote entries of type {type_name}.",
            next_step="Read the ledger with a version of Trialproof that knows this type; nothing is skipped.",
        )
    return row


@cache
def _entry_reader(type_name: str) -> Callable[[bytes], Entry]:
    row = current_type(type_name)
    if row.is_sealed_whole:
        return _entry_decoder(SealedFact)
    if row.name == type_name:
        return _entry_decoder(row.fact)
    read = _entry_decoder(Payload)

    def read_old(entry: bytes) -> Entry:
        found = read(entry)
        return replace(found, body=replace(found.body, payload=_upcast(type_name, found.fact, row)))

    return read_old


@cache
def _payload_reader(type_name: str) -> Callable[[bytes], Fact]:
    row = current_type(type_name)
    if row.name == type_name:
        return _decoder(row.fact).decode
    read = _decoder(Payload).decode
    return lambda data: _upcast(type_name, read(data), row)


def _entry_decoder(payload: Any) -> Callable[[bytes], Entry]:
    return _decoder(Recorded[payload]).decode


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, dec_hook=decode_hook)


def _upcast(type_name: str, payload: Payload, row: EventType) -> Fact:
    return msgspec.convert(upcast(type_name, payload), row.fact, dec_hook=decode_hook)


def _tree(value: Value) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(datetime,), enc_hook=encode_hook)
    return tree


def _written(tree: dict[str, Any]) -> bytes:
    return orjson.dumps(tree, recorded_at_text, OPTIONS)  # times are all that orjson asks about in such a tree


def _refuse(type_name: str, error: Exception) -> Never:
    raise _damaged(f"An entry of type {type_name} cannot be read: {error}.") from error


def _damaged(what: str) -> DamagedLedgerError:
    return DamagedLedgerError(
        what, next_step="Verify the ledger: the verifier names the first position that was altered."
    )
