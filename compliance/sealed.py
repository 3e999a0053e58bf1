"""Telling a sealed text from other values, in words that type checkers follow."""

from typing import Any, TypeGuard

from domain.fields import SealedText


def is_sealed(value: Any) -> TypeGuard[SealedText[Any]]:
    """Whether the value is a sealed text."""
    return isinstance(value, SealedText)
