"""A fact counts only after it was read back from its own bytes: constructors check nothing, this does."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
import orjson
from msgspec.structs import astuple

from adapters.storage.codec import decode_as, encode_body, encode_payload
from compliance.proofs.canonical import read_canonical
from domain.catalogue import FieldEntry, type_of
from domain.errors import InvalidInputError
from domain.fields import SealedFact, SealedText
from domain.record import Body, Context, Fact

TAG_BYTES: Final = 16
REASON: Final = FieldEntry("reason_text", "sealed-text", 1024, None)
"""A reason is sealed for those who may read its entry: to whom, is not a matter of the entry's type."""


def verified_body(context: Context, fact: Fact, *, ledger: str) -> bytes:
    """Write part B of an entry and prove that it reads back as the same."""
    _check_ledger(fact, ledger)
    body = body_around(context, fact)
    _check_sealed_texts(context, fact)
    return body


def verified_payload(fact: Fact, *, ledger: str) -> bytes:
    """Write a fact that is to be sealed whole and prove that it reads back as the same."""
    _check_ledger(fact, ledger)
    with _reading_back():
        data = encode_payload(fact)
        _compare(decode_as(data, type(fact)), fact)
        _check_text(data)
    return data


def body_around(context: Context, payload: Fact | SealedFact) -> bytes:
    """Write part B, whatever its payload, and compare what it reads as with what was given."""
    with _reading_back():
        body = encode_body(context, payload)
        found = decode_as(body, Body[type(payload)])  # type: ignore[misc]  # a type that is known at run time only
        _compare(astuple(found), (*astuple(context), payload))
        _check_text(body)
    return body


@contextmanager
def _reading_back() -> Generator[None]:
    try:
        yield
    except orjson.JSONEncodeError as error:
        if isinstance(error.__cause__, InvalidInputError):
            raise error.__cause__ from error
        raise _not_canonical(str(error)) from error
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise _not_canonical(str(error)) from error


def _compare(found: Any, given: Any) -> None:
    if found != given:
        raise ValueError("it reads back as something else")


def _check_text(data: bytes) -> None:
    """ASCII is in normal form C; the rest is read the way a stand-alone verifier reads it."""
    if not data.isascii():
        read_canonical(data)


def _check_ledger(fact: Fact, ledger: str) -> None:
    row, kind = type_of(type(fact)), ledger.partition(":")[0]
    if kind not in row.ledgers:
        raise InvalidInputError(
            "wrong_ledger",
            f"{row.name} belongs in a ledger of kind {' or '.join(sorted(row.ledgers))}, not in {ledger}.",
            next_step="Nothing was written; report this, it is a fault of the program that sent it.",
        )


def _check_sealed_texts(context: Context, fact: Fact) -> None:
    for field, sealed in _sealed_texts(context, fact):
        right_audience = field.audience is None or sealed.audience == field.audience
        if not right_audience or sealed.size != field.size or len(sealed.ciphertext) != sealed.size + TAG_BYTES:
            raise InvalidInputError(
                "wrongly_sealed",
                f"{field.name} is not sealed at its size, {field.size} bytes, to its audience.",
                field=field.name,
                next_step="Nothing was written; report this, it is a fault of the program that sealed it.",
            )


def _sealed_texts(context: Context, fact: Fact) -> Iterator[tuple[FieldEntry, SealedText[Any]]]:
    if context.reason_text is not None:
        yield REASON, context.reason_text
    for field in type_of(type(fact)).fields:
        if field.kind == "sealed-text" and (sealed := getattr(fact, field.name)) is not None:
            yield field, sealed


def _not_canonical(why: str) -> InvalidInputError:
    return InvalidInputError(
        "not_canonical",
        f"The entry cannot be written so that it reads back as the same: {why}.",
        next_step="Correct the value named; nothing was written.",
    )
