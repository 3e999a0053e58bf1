"""What a report is made from: the entries its reader may see, and where they stand. Nothing about the run itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.reports.model import Source
from domain.fields import SealedText
from domain.ledger.facts import Environment
from domain.record import Entry


@dataclass(frozen=True, slots=True)
class Material:
    """Equal material gives an equal body (21 CFR 11.10(b): accurate and complete copies).

    `entries` holds the visible entries by ledger, in order of position; `leaves` the leaf hash (hex) of each
    visible entry; `open_text` opens what the reader's audience may open and gives a fixed phrase otherwise.
    """

    trial: str
    environment: Environment
    entries: Mapping[str, Sequence[Entry]]
    leaves: Mapping[tuple[str, int], str]
    sources: tuple[Source, ...]
    sites: frozenset[str] | None
    true: datetime | None
    known_on: str
    true_on: str
    zone: str
    open_text: Callable[[SealedText[Any]], str]
