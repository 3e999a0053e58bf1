"""Facts about ledgers and about entries of ledgers."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.record import Fact
from domain.values import Bytes16, Code, Name

Environment = Literal["production", "demonstration"]
JsonText = Annotated[str, Meta(min_length=1, max_length=24_576)]
"""One value as canonical JSON text; long enough for the longest sealed text, short enough for two in one entry."""


@recorded_as(
    "ledger.opened.v1",
    ledger=("trial", "vault", "access", "system"),
    retention=Retention.TRIAL_MASTER_FILE,
    predicate="21 CFR 11.10(e)",
)
class LedgerOpened(Fact):
    """The first entry of every ledger: which ledger this is, and for ever whether its data are real."""

    environment: Open[Environment]
    kind: Open[Literal["trial", "vault", "access", "system"]]
    ledger_id: Open[Bytes16]


@recorded_as("record.corrected.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class RecordCorrected(Fact):
    """One value of an earlier entry of this stream was corrected; the earlier entry stays as written.

    `pointer` is a JSON pointer (RFC 6901) into the canonical part B of the target; `old` and `new` are
    canonical JSON texts, sealed values staying sealed.
    """

    new: Open[JsonText]
    old: Open[JsonText]
    pointer: Open[Name]
    proposal: Open[UUID | None]
    target: Open[UUID]
    target_position: Open[int]


@recorded_as("record.voided.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class RecordVoided(Fact):
    """An earlier entry of this stream does not hold (for example under the wrong participant); it stays visible."""

    recorded_instead_in: Open[Name | None]
    target: Open[UUID]
    target_position: Open[int]


@recorded_as("correction.proposed.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E6(R3) 4.2.2")
class CorrectionProposed(Fact):
    """Someone whose record it is not proposes a correction; the site accepts it by correcting, or declines."""

    new: Open[JsonText]
    pointer: Open[Name]
    target: Open[UUID]
    target_position: Open[int]


@recorded_as("correction.declined.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E6(R3) 4.2.2")
class CorrectionDeclined(Fact):
    """The site keeps its record as it is."""

    proposal: Open[UUID]


CORRECTABLE_CONTEXT: frozenset[Code] = frozenset(
    {"occurred_at", "performer", "source_ref", "source_kind", "reason_text"}
)
"""Parts of the context that may be corrected; actor, authority and the like are only annotated."""
