"""Words that occur nowhere else stand for arms, labels, products and lots; then every byte is searched for them.

The words of the two arms have different lengths. They are looked for as they are, in either case, in UTF-16,
in hexadecimal and in base64, at each of the three offsets that base64 can have. Secrets of people are looked for
in the same forms, and as the bytes that they stand for.
"""

from base64 import b32decode, b64encode, urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from adapters.identity.plain import TOKEN_PREFIX
from tests.blinding.twins import Choices, as_drawn

ACTIVE: Final = {"arm": "Wombatquillon", "label": "Tarragonmaelstrom of the seventh kind", "lot": "Zephyrkite-4417"}
CONTROL: Final = {"arm": "Ox7glyph", "label": "Brindlewick", "lot": "Yarrowmoth-2"}
PRODUCTS: Final = ("Quincefathom suspension for infusion", "Umberlynx")
WORDS: Final = (
    "Wombatquillon", "Ox7glyph", "Tarragonmaelstrom", "Brindlewick", "Zephyrkite", "Yarrowmoth", "Quincefathom",
    "Umberlynx",
)  # fmt: skip
"""One telling part of each of them."""
GIVEN: Final[Mapping[str, tuple[dict[str, Any], ...]]] = {
    str(arm["arm"]): ({"product": product, "lot": arm["lot"]},)
    for arm, product in zip((ACTIVE, CONTROL), PRODUCTS, strict=True)
}
ARMS: Final = tuple({"arm": arm["arm"], "label": arm["label"]} for arm in (ACTIVE, CONTROL))
REAL: Final = Choices(as_drawn, GIVEN, sealing=None, arms=ARMS)
"""A run with these words, and with the real ciphers and commitments."""


def _forms(word: str) -> Iterator[tuple[bytes, bool]]:
    """How a word may stand in bytes, and whether upper and lower case are the same there."""
    plain = word.lower()
    yield plain.encode(), True
    yield plain.encode("utf-16-le"), True
    yield word.encode().hex().encode(), True
    for offset in range(3):
        coded = b64encode(b"\0" * offset + word.encode()).rstrip(b"=")
        yield coded[(offset * 8 + 5) // 6 : -1], False


Form = tuple[str, bytes, bool]


def forms_of(words: Iterable[str]) -> tuple[Form, ...]:
    """All that is looked for."""
    return tuple((word, form, folded) for word in words for form, folded in _forms(word))


def forms_of_secrets(secrets: Iterable[str]) -> tuple[Form, ...]:
    """The forms of each secret, and what it is as bytes where it is written in base 32 or base 64."""
    return tuple(form for secret in secrets for form in (*forms_of((secret,)), *_as_bytes(secret)))


def _as_bytes(secret: str) -> Iterator[Form]:
    if secret.startswith(TOKEN_PREFIX):
        rest = secret.removeprefix(TOKEN_PREFIX)
        yield secret, urlsafe_b64decode(rest + "=" * (-len(rest) % 4)), False
    elif secret.isupper():
        yield secret, b32decode(secret), False


FORMS: Final = forms_of(WORDS)


def words_in(data: bytes, forms: tuple[Form, ...] = FORMS) -> set[str]:
    """The words that stand in these bytes."""
    folded = data.lower()
    return {word for word, form, any_case in forms if form in (folded if any_case else data)}


def found_in(named: Iterable[tuple[str, bytes]], forms: tuple[Form, ...] = FORMS) -> dict[str, set[str]]:
    """Where words stand, by name."""
    looked = {name: words_in(data, forms) for name, data in named}
    assert looked, "nothing was searched"
    return {name: words for name, words in looked.items() if words}


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder, by name; the name is searched as well."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            yield name, name.encode() + path.read_bytes()
