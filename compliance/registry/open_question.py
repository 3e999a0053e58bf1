"""A question that the record leaves to people; nothing opens to screening before each is decided and signed."""

from compliance.registry.record import Kept

SILENT = "silent"


class OpenQuestion(Kept):
    """`record_says` is quoted from the record, or "silent"; `options` are readings, never a default."""

    code: str
    title: str
    question: str
    record_says: str
    field: str
    options: tuple[str, ...]


def quoted(*texts: str | None) -> str:
    """Join the record's words, or say that it has none."""
    return "; ".join(text for text in texts if text) or SILENT
