"""The bytes of an entry: a canonical body, and the frame put around it while the ledger's head is held.

    {"body":B,"frame":{"ledger":..,"position":..,"recorded_at":..,"schema":..,"stream":..,"type":..,"version":..}}

What is stored is what is hashed, exported and fed. The body is sliced back without being parsed: the frame
is flat and its texts are escaped, so the bytes `,"frame":{` (a quote that no backslash escapes, opening a
name) cannot stand inside it, and their last occurrence in an entry is the one that opens the frame,
whatever the body or a stream's name holds.
"""

from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Final

from compliance.proofs.canonical import Json, is_plain_text, read_canonical
from domain.errors import DamagedLedgerError, InvalidInputError
from domain.record import Frame

MAX_ENTRY_BYTES: Final = 65_535
ENTRY_SCHEMA: Final = "trialproof.entry.v1"

_OPENING: Final = b'{"body":'
_SEAM: Final = b',"frame":{'
_CLOSING: Final = b"}}"


def frame_entry(
    body: bytes,
    *,
    ledger: str,
    position: int,
    recorded_at: datetime,
    stream: str,
    type_name: str,
    version: int,
) -> bytes:
    """Put the frame around a canonical body."""
    entry = framed(
        body,
        ledger=ledger,
        position=position,
        recorded_at=recorded_at_text(recorded_at),
        stream=stream,
        type_name=type_name,
        version=version,
    )
    if len(entry) > MAX_ENTRY_BYTES:
        raise InvalidInputError(
            "entry_too_large",
            f"The entry would have {len(entry)} bytes; an entry has at most {MAX_ENTRY_BYTES}.",
            next_step="Split the text into parts, or record a long document by its SHA-256.",
        )
    return entry


def framed(
    body: bytes, *, ledger: str, position: int, recorded_at: str, stream: str, type_name: str, version: int
) -> bytes:
    """Join body and frame from values as they are stored; a verifier compares the outcome with the entry."""
    frame = (
        f'"ledger":{_text("ledger", ledger)},"position":{_number("position", position)}'
        f',"recorded_at":{encode_basestring(recorded_at)},"schema":"{ENTRY_SCHEMA}"'
        f',"stream":{_text("stream", stream)},"type":{_text("type", type_name)}'
        f',"version":{_number("version", version)}'
    )
    return b"".join((_OPENING, body, _SEAM, frame.encode(), _CLOSING))


def body_of(entry: bytes) -> bytes:
    """Slice the body out of an entry, byte for byte."""
    return entry[len(_OPENING) : _seam(entry)]


def frame_of(entry: bytes) -> Frame:
    """Read the frame of an entry; the body is not looked at."""
    start = _seam(entry) + len(_SEAM) - 1
    try:
        return _frame(read_canonical(entry[start:-1]))
    except ValueError as error:
        raise _damaged(str(error)) from error


def recorded_at_text(moment: datetime) -> str:
    """Spell a moment as the frame does: UTC, six digits, Z."""
    if moment.utcoffset() is None:
        raise InvalidInputError(
            "naive_time",
            "A time without an offset from UTC cannot be recorded.",
            field="recorded_at",
            next_step="Give the time together with its offset.",
        )
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_recorded_at(text: str) -> datetime:
    """Read a moment spelled by `recorded_at_text`; ValueError for every other spelling."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not UTC or recorded_at_text(moment) != text:
        raise ValueError(f"The recorded time {text[:40]!r} is not spelled in UTC with six digits and Z.")
    return moment


def _frame(value: Json) -> Frame:
    match value:
        case {
            "ledger": str(ledger),
            "position": int(position),
            "recorded_at": str(recorded_at),
            "schema": str(schema),
            "stream": str(stream),
            "type": str(type_name),
            "version": int(version),
            **others,
        } if not others and schema == ENTRY_SCHEMA and _counts(position) and _counts(version):
            moment = read_recorded_at(recorded_at)
            return Frame(
                ledger=ledger,
                position=position,
                recorded_at=moment,
                schema=schema,
                stream=stream,
                type=type_name,
                version=version,
            )
        case _:
            raise ValueError(f"It does not have the fields that {ENTRY_SCHEMA} has.")


def _counts(number: int) -> bool:
    return number is not True and number >= 1


def _number(field: str, number: int) -> int:
    if number < 1:
        raise InvalidInputError(
            "number_below_one",
            f"The {field} of an entry is {number}; it starts at 1.",
            field=field,
            next_step="Nothing was written; repeat the command, and report this if it comes again.",
        )
    return number


@lru_cache(maxsize=4096)
def _text(field: str, text: str) -> str:
    if not text.isascii() and not is_plain_text(text):
        raise InvalidInputError(
            "text_not_nfc",
            f"The {field} is not a text in Unicode normal form C.",
            field=field,
            next_step="Send the text in normal form C, without halves of surrogate pairs.",
        )
    return encode_basestring(text)


def _seam(entry: bytes) -> int:
    at = entry.rfind(_SEAM)
    if at < 0 or not entry.startswith(_OPENING) or not entry.endswith(_CLOSING):
        raise _damaged("It is not a body with a frame.")
    return at


def _damaged(why: str) -> DamagedLedgerError:
    return DamagedLedgerError(
        f"The frame of an entry cannot be read. {why}",
        next_step="Verify the ledger: the verifier names the first position that was altered.",
    )
