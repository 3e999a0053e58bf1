"""Texts of every length to one length: four bytes that count, the words, and zeros up to the size."""

from typing import Final

COUNT_BYTES: Final = 4


def padded(words: bytes, size: int) -> bytes:
    """Give exactly `size` bytes; ValueError, which names no word, where it does not fit."""
    if len(words) > size - COUNT_BYTES:
        raise ValueError(f"{len(words)} bytes do not fit where {size - COUNT_BYTES} do")
    return (len(words).to_bytes(COUNT_BYTES, "big") + words).ljust(size, b"\0")


def unpadded(given: bytes) -> bytes:
    """Take the padding off; ValueError where the bytes were not padded like this."""
    count = int.from_bytes(given[:COUNT_BYTES], "big")
    words = given[COUNT_BYTES : COUNT_BYTES + count]
    if padded(words, len(given)) != given:
        raise ValueError("the padding is not as it was written")
    return words


def rounded_up(count: int, step: int) -> int:
    """The smallest multiple of `step` that holds `count` bytes and their number."""
    return -(-(count + COUNT_BYTES) // step) * step
