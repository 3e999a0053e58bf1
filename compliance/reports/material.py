"""What a report is made from: the entries its reader may see, and where they stand. Nothing about the run itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.reports.model import Source
from compliance.reports.registers import NO_REGISTERS, Registers
from domain.fields import SealedText
from domain.ledger.facts import Environment
from domain.record import Entry


@dataclass(frozen=True, slots=True)
class Material:
    """Equal material gives an equal body (21 CFR 11.10(b): accurate and complete copies).

    `entries` holds the visible entries by ledger, in order of position; `leaves` the leaf hash (hex) of each
    visible entry; `sources` the ledgers whose size the reader may know; `open_text` opens what the reader's
    audience may open and gives a fixed phrase otherwise; `broken` says of signatures that do not verify why, by
    ledger and position.
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
    broken: Mapping[tuple[str, int], str]
    registers: Registers = NO_REGISTERS
