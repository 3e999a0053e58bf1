"""Bytes that two readers could read differently are not read at all."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from compliance.proofs.canonical import MAX_INTEGER, Json, is_plain_text, read_canonical

texts = st.text().filter(is_plain_text)
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(trees)
def test_what_the_reference_spells_is_read_back_as_it_was(tree: Any) -> None:
    assert read_canonical(rfc8785.dumps(tree)) == tree


@given(trees)
def test_any_other_spelling_of_the_same_value_is_refused(tree: Any) -> None:
    canonical = rfc8785.dumps(tree)
    spellings: list[Callable[[Json], str]] = [
        lambda value: json.dumps(value, indent=1),
        lambda value: json.dumps(value, separators=(",", ":")),
        lambda value: json.dumps(value, ensure_ascii=False),
        lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n",
    ]

    for spelling in spellings:
        written = spelling(tree).encode("utf-8", "surrogatepass")
        if written != canonical:
            with pytest.raises(ValueError, match=r"canonical"):
                read_canonical(written)


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a":1,"a":2}', "A name is given twice in one object."),
        ('{"é":1,"é":2}'.encode(), "A name is given twice in one object."),
        (b'{"b":1,"a":2}', "do not stand in canonical order"),
        ('{"\ufb00":1,"\U0001f600":2}'.encode(), "do not stand in canonical order"),
        (b'{"a":1.5}', "not an integer"),
        (b"1e2", "not an integer"),
        (b"NaN", "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b"9007199254740992", "larger than 2"),
        (b"-9007199254740992", "larger than 2"),
        (b"1" * 5000, "larger than 2"),
        (b"-0", "canonical"),
        (b'"\\ud83d"', "half of a surrogate pair"),
        (b'{"\\udc00":1}', "half of a surrogate pair"),
        ('"e\u0301"'.encode(), "normal form C"),
        (b'["e\\u0301"]', "normal form C"),
        (b'"\\u0041"', "canonical"),
        (b'"\\/"', "canonical"),
        (b"[1, 2]", "canonical"),
        (b"\xff", "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'"\n"', "not JSON"),
        (b'{"a":1}{}', "not JSON"),
        (b"", "not JSON"),
        (b"[" * 60_000, "nested too deeply"),
        (b"[" * 30_000 + b"]" * 30_000, "nested too deeply"),
    ],
)
def test_ambiguous_bytes_are_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_canonical(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"9007199254740991", MAX_INTEGER),
        (b"-9007199254740991", -MAX_INTEGER),
        ('{"\U0001f600":1,"\ufb00":2}'.encode(), {"\U0001f600": 1, "\ufb00": 2}),
        ('"\\n\u0301"'.encode(), "\n\u0301"),
        ('"é 中"'.encode(), "é 中"),
        (b'"\\u0001\\b\x7f"', "\x01\b\x7f"),
    ],
)
def test_unambiguous_bytes_at_the_edges_are_read(data: bytes, value: Json) -> None:
    assert read_canonical(data) == value
