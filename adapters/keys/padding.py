"""What everything is sealed as: four bytes that count, the words, and zeros up to one fixed size."""

from typing import Final
from unicodedata import is_normalized

COUNT_BYTES: Final = 4
ARM_BYTES: Final = 64
FACT_STEP: Final = 4096
"""Above the longest fact about one allocation, dose or disclosure, so that no name of a product shows in a length."""


def padded_text(words: str, size: int) -> bytes:
    """Give a text at exactly the size of its field; ValueError, which shows no word, where it does not fit."""
    if not is_normalized("NFC", words):
        raise ValueError("the text is not in Unicode normal form C")
    return _padded(words.encode(), size)


def padded_arm(arm: str) -> bytes:
    """Give an arm at the length that all arms have."""
    return padded_text(arm, ARM_BYTES)


def padded_fact(plain: bytes) -> bytes:
    """Give the payload of a vault entry at the next multiple of 4,096 bytes."""
    return _padded(plain, -(-(len(plain) + COUNT_BYTES) // FACT_STEP) * FACT_STEP)


def unpadded(given: bytes) -> bytes:
    """Take the padding off; ValueError where the bytes were not padded like this."""
    count = int.from_bytes(given[:COUNT_BYTES], "big")
    words = given[COUNT_BYTES : COUNT_BYTES + count]
    if _padded(words, len(given)) != given:
        raise ValueError("its padding is not as it was written")
    return words


def _padded(words: bytes, size: int) -> bytes:
    room = size - COUNT_BYTES
    if len(words) > room:
        raise ValueError(f"{len(words)} bytes do not fit where {room} do")
    return (len(words).to_bytes(COUNT_BYTES, "big") + words).ljust(size, b"\0")
