"""Words that occur nowhere else stand for arms, labels, products and lots; then every byte is searched for them.

The words of the two arms have different lengths. They are looked for as they are, in either case, in UTF-16,
in hexadecimal and in base64, at each of the three offsets that base64 can have.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

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


FORMS: Final = tuple((word, form, folded) for word in WORDS for form, folded in _forms(word))


def words_in(data: bytes) -> set[str]:
    """The words that stand in these bytes."""
    folded = data.lower()
    return {word for word, form, any_case in FORMS if form in (folded if any_case else data)}


def found_in(named: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
    """Where words stand, by name."""
    looked = {name: words_in(data) for name, data in named}
    assert looked, "nothing was searched"
    return {name: words for name, words in looked.items() if words}


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder, by name; the name is searched as well."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            yield name, name.encode() + path.read_bytes()
