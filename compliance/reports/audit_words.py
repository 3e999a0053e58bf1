"""What happened in a few words, and values as their reader may know them."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from compliance.reports.wording import spaced, value_words
from compliance.sealed import is_sealed
from domain.fields import SealedText
from domain.ledger.facts import CorrectionProposed, RecordCorrected
from domain.record import Entry
from projections.audit_trail import AuditRow

OpenText = Callable[[SealedText[Any]], str]

_TELLING: Final = (
    "fact", "criterion", "procedure", "visit", "interpretation", "command", "code", "question", "rule", "version",
    "state", "how", "status", "error", "what", "report",
)  # fmt: skip
"""Fields that say which one of its kind an entry is, the most telling first."""
_ALWAYS_NAMED: Final = frozenset({"adverse_event", "screening", "unblinding"})


def what_happened(entry: Entry, target: Entry | None = None) -> str:
    """The entry in a few words, from its stored name and its most telling field: consent given (1.0)."""
    if target is not None:
        return f"{_named(entry)}: {_named(target)}"
    return _named(entry)


def _named(entry: Entry) -> str:
    subject, happened, _ = entry.frame.type.split(".")
    words = spaced(happened)
    if subject in _ALWAYS_NAMED or "_" not in happened:
        words = f"{spaced(subject)} {words}"
    telling = _telling(entry)
    return words if telling is None else f"{words} ({spaced(telling)})"


def _telling(entry: Entry) -> str | None:
    fields = (getattr(entry.fact, name, None) for name in _TELLING)
    return next((value for value in fields if isinstance(value, str)), None)


def field_words(path: str) -> str:
    """A pointer in words: /payload/value/quantity/value is "value, quantity, value"."""
    return ", ".join(spaced(part) for part in path.removeprefix("/payload").split("/") if part)


def summary(entry: Entry, pairs: Iterable[tuple[str, str | None]]) -> str | None:
    """What a new entry holds, field by field in one line, without what `what_happened` says already.

    What is not recorded is left to the table of values.
    """
    said = [(field_words(path), value_words(text)) for path, text in pairs if text is not None]
    rest = [(field, words) for field, words in said if words != _telling(entry)] or said
    return "; ".join(f"{field}: {words}" if field else words for field, words in rest) or None


def values(row: AuditRow, entry: Entry, open_text: OpenText) -> tuple[str | None, str | None]:
    """Old and new value as printed; a sealed text opened as far as its reader may know it."""
    match entry.fact:
        case RecordCorrected(old=old, new=new):
            return _quoted(old, row.old_value, open_text), _quoted(new, row.new_value, open_text)
        case CorrectionProposed(new=new) if row.field_path == "/payload/new":
            return None, _quoted(new, row.new_value, open_text)
        case fact:
            value: Any = getattr(fact, row.field_path.removeprefix("/payload/"), None)
            return row.old_value, _known(value, row.new_value, open_text)


def _known(value: Any, printed: str | None, open_text: OpenText) -> str | None:
    return open_text(value) if is_sealed(value) else printed


def _quoted(json_text: str, printed: str | None, open_text: OpenText) -> str | None:
    """A value quoted by a correction: opened where it is a sealed text."""
    try:
        sealed = msgspec.json.decode(json_text, type=SealedText[Any])
    except (msgspec.DecodeError, RecursionError):
        return printed
    return open_text(sealed)
