"""What a correction does to one entry: replace one value, checked against the target's own types.

The pointer (RFC 6901) leads into B, the context and payload of an entry as they stand in its bytes; values
are canonical JSON texts (RFC 8785). Aggregates ask before a correction is recorded, folds when they apply it.
"""

from functools import lru_cache
from typing import Any, Final, NoReturn, cast, get_type_hints
from unicodedata import is_normalized

import msgspec

from domain.adverse_event.facts import NarrativeReleased
from domain.allocation.facts import PlaceTaken, RandomisationCommitted
from domain.catalogue import type_of
from domain.errors import InvalidInputError
from domain.fields import SealedText
from domain.ledger.facts import (
    CORRECTABLE_CONTEXT,
    CorrectionDeclined,
    CorrectionProposed,
    LedgerOpened,
    RecordCorrected,
    RecordVoided,
)
from domain.participant.conduct_facts import SignedOff
from domain.participant.facts import Allocated, Enrolled, ScreeningNumberIssued
from domain.plain import Json, canonical, plain, written
from domain.record import Context, Entry, Fact
from domain.unblinding.facts import (
    ArmDisclosed,
    BreakNotified,
    DisclosureAcknowledged,
    DisclosureEnteredLate,
    DisclosureRepeated,
    UnblindingDrillRun,
)
from domain.values import decode_hook

FIXED: Final = frozenset[type[Fact]](
    (
        LedgerOpened,
        ScreeningNumberIssued,
        RandomisationCommitted,
        Enrolled,
        PlaceTaken,
        Allocated,
        ArmDisclosed,
        BreakNotified,
        DisclosureAcknowledged,
        DisclosureEnteredLate,
        DisclosureRepeated,
        NarrativeReleased,
        UnblindingDrillRun,
        SignedOff,
    )
)
"""Facts that are neither corrected nor voided: stratum and slot used, allocation, disclosure, release, signature."""
CHAIN: Final = frozenset[type[Fact]]((RecordCorrected, RecordVoided, CorrectionProposed, CorrectionDeclined))
"""Facts about corrections: one that was wrong is voided, or followed by a better one, never corrected itself."""
PAYLOAD: Final = "payload"


def pointed_at(entry: Entry, pointer: str) -> str:
    """The present value at the pointer, as canonical JSON text."""
    place = _tokens(pointer)
    part, _ = _part(entry, place, pointer)
    return canonical(_found(plain(part), place[1:], pointer))


def corrected(entry: Entry, pointer: str, new_json: str) -> Entry:
    """The entry as if it had been recorded with the new value; InvalidInputError says why it cannot be."""
    place = _tokens(pointer)
    part, kind = _part(entry, place, pointer)
    _refuse_what_stands(entry, place, pointer)
    new = _read(new_json, pointer)
    value = _fitting(plain(part), place[1:], new, kind, pointer)
    _refuse_other_seal(entry, place, value, pointer)
    body = msgspec.structs.replace(entry.body, **{place[0]: value})
    return msgspec.structs.replace(entry, body=body)


def _tokens(pointer: str) -> tuple[str, ...]:
    if not pointer.startswith("/"):
        _refuse("bad_pointer", f"{pointer!r} is no JSON pointer into context or payload.", pointer)
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def _part(entry: Entry, place: tuple[str, ...], pointer: str) -> tuple[Any, Any]:
    """The payload or the part of the context that the pointer starts in, and its type."""
    first = place[0]
    if first == PAYLOAD:
        return entry.fact, _kind(entry)
    kinds = _context_kinds()
    if first not in kinds:
        _refuse("bad_pointer", f"An entry has no part {first!r}.", pointer)
    return getattr(entry.body, first), kinds[first]


def _kind(entry: Entry) -> type[Any]:
    return cast("type[Any]", entry.fact.__class__)


@lru_cache(maxsize=1)
def _context_kinds() -> dict[str, Any]:
    return get_type_hints(Context, include_extras=True)


def _refuse_what_stands(entry: Entry, place: tuple[str, ...], pointer: str) -> None:
    kind = _kind(entry)
    if kind in FIXED | CHAIN or not issubclass(kind, Fact):
        _refuse("not_correctable", f"{kind.__name__} is never corrected, only annotated.", pointer)
    if place[0] != PAYLOAD and place[0] not in CORRECTABLE_CONTEXT:
        _refuse("not_correctable", f"{place[0]} is never corrected, only annotated.", pointer)
    if place == (PAYLOAD,):
        _refuse("not_correctable", "A correction replaces one value, not the whole fact.", pointer)


def _refuse_other_seal(entry: Entry, place: tuple[str, ...], value: Any, pointer: str) -> None:
    """A correction is sealed as its target is: to the same audience, at the same size."""
    if place[0] == PAYLOAD:
        value = getattr(value, place[1])
    expected = _seal(entry, place)
    if expected is not None and isinstance(value, SealedText) and (value.size, value.audience) != expected:
        _refuse("value_does_not_fit", f"The text is sealed at {expected[0]} bytes to {expected[1]}.", pointer)


def _seal(entry: Entry, place: tuple[str, ...]) -> tuple[int | None, str | None] | None:
    """Size and audience of the sealed field that the pointer leads to."""
    if place[0] == PAYLOAD:
        field = next(field for field in type_of(_kind(entry)).fields if field.name == place[1])
        return (field.size, field.audience)
    present = entry.body.reason_text
    return None if present is None else (present.size, present.audience)


def _read(text: str, pointer: str) -> Json:
    try:
        value: Json = msgspec.json.decode(text)
        same = canonical(value) == text and is_normalized("NFC", text)
    except (ValueError, RecursionError):
        same, value = False, None
    if not same:
        _refuse("value_not_canonical", "The new value is not canonical JSON (RFC 8785) in normal form C.", pointer)
    return value


def _fitting(tree: Json, place: tuple[str, ...], new: Json, kind: Any, pointer: str) -> Any:
    """The part with the new value in it, read strictly and written back to the same text."""
    changed = _replaced(tree, place, new, pointer)
    try:
        value = msgspec.convert(changed, type=kind, strict=True, dec_hook=decode_hook)
        same = written(value) == canonical(changed)
    except (ValueError, RecursionError) as error:
        _refuse("value_does_not_fit", f"The new value does not fit its place: {error}.", pointer)
    if not same:
        _refuse("value_does_not_fit", "The new value is not written as the ledger writes it.", pointer)
    return value


def _found(tree: Json, place: tuple[str, ...], pointer: str) -> Json:
    for token in place:
        tree = _inner(tree, token, pointer)
    return tree


def _replaced(tree: Json, place: tuple[str, ...], new: Json, pointer: str) -> Json:
    if not place:
        return new
    token, rest = place[0], place[1:]
    if isinstance(tree, dict) and "ciphertext" in tree:
        _refuse("not_correctable", "What is sealed is replaced as a whole, not in parts.", pointer)
    inner = _replaced(_inner(tree, token, pointer), rest, new, pointer)
    if isinstance(tree, dict):
        return {**tree, token: inner}
    items = cast("list[Json]", tree)
    return [*items[: int(token)], inner, *items[int(token) + 1 :]]


def _inner(tree: Json, token: str, pointer: str) -> Json:
    """The member or item of that name; a place that is not there cannot be corrected."""
    if isinstance(tree, dict) and token in tree:
        return tree[token]
    if isinstance(tree, list) and token in map(str, range(len(tree))):
        return tree[int(token)]
    return _refuse("bad_pointer", f"There is no {token!r} at that place of the entry.", pointer)


def _refuse(code: str, what: str, pointer: str) -> NoReturn:
    raise InvalidInputError(
        code,
        what,
        field=pointer,
        next_step="Point at one value that the entry has, and give the new value in the form of the old one.",
    )
