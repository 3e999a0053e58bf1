"""Who has signed what about each unblinding, and which commands about unblindings were refused."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from compliance.reports import frame
from compliance.reports.access_words import recorded, sender
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Code, Table
from compliance.reports.signature_known import STANDINGS, OneSigned, signature_words
from compliance.reports.unblinding_known import Refused, Unblinded
from compliance.reports.wording import spaced
from domain import streams
from projections.unblinding_rows import UnblindingRow

SIGNED: Final = "signed"
REFUSED: Final = "refused"
SIGNERS: Final = (
    ("investigator", "Investigator", "explanation of the principal or sub-investigator",
     frozenset({"investigator", "sub_investigator"})),
    ("monitor", "Medical monitor", "approval or impact, of the medical monitor", frozenset({"medical_monitor"})),
    ("statistician", "Statistician", "approval or review of the impact, of the statistician",
     frozenset({"statistician"})),
    ("others", "Sponsor", "approval or impact, of the sponsor's lead", frozenset({"sponsor_lead"})),
)  # fmt: skip
_STATES: Final = (
    *STANDINGS,
    Code(code="withdrawn", meaning="signed, and taken back by the signer", tone="watch"),
    Code(code="superseded", meaning="signed; what was signed was altered later", tone="watch"),
    Code(code="not signed", meaning="nothing of this role asks for a signature here, and none was given"),
)
_GRAVEST: Final = ("signature broken", "overdue", "needs re-signing", "owed", "withdrawn", "superseded", "signed")


class Signing(NamedTuple):
    """An unblinding with the signatures of each kind of signer, and how the least of them stands."""

    row: UnblindingRow
    states: dict[str, str]
    made: tuple[OneSigned, ...]


def signings(known: Unblinded) -> tuple[Signing, ...]:
    """One for each unblinding, in the order of the log."""
    return tuple(_signing(known, row) for row in known.log.rows)


def _signing(known: Unblinded, row: UnblindingRow) -> Signing:
    stream = streams.unblinding(known.trial, row.unblinding.request)
    made = tuple(one for one in known.signed.made if one.row.stream == stream)
    needed = [one for one in known.signed.needed if one.stream == stream]
    states: dict[str, str] = {}
    for key, _, _, roles in SIGNERS:
        own = [known.signed.standing(one) for one in needed if one.by.role in roles]
        beside = [_status(one) for one in made if one.row.by.role in roles] if not own else []
        states[key] = min((*own, *beside), key=_GRAVEST.index, default="not signed")
    return Signing(row, states, made)


def _status(one: OneSigned) -> str:
    return {"valid": "signed", "broken": "signature broken"}.get(one.status, one.status)


def signed_table(found: Sequence[Signing]) -> Table:
    """Signatures by unblinding and signer."""
    columns: tuple[Filled[Signing], ...] = (
        shown("request", "Request", "id", "Id of the unblinding", lambda s: s.row.unblinding.request),
        shown("participant", "Participant", "id", "Screening number", lambda s: s.row.unblinding.participant),
        *(_signer(key, heading, meaning) for key, heading, meaning, _ in SIGNERS),
        folded("signatures", "Signatures", "text", "Each signature given", _signatures),
    )
    return table_of(
        SIGNED,
        "Signatures by unblinding",
        "An emergency asks for no signature beforehand. Where one role owes several, the least is shown.",
        columns,
        found,
        row_word="unblinding",
    )


def _signer(key: str, heading: str, meaning: str) -> Filled[Signing]:
    return shown(key, heading, "status", f"State of the {meaning}", lambda s: s.states[key], codes=_STATES)


def _signatures(signing: Signing) -> str | None:
    return "; ".join(map(signature_words, signing.made)) or None


def refused_table(material: Material, known: Unblinded) -> Table:
    """Refused commands about unblindings."""
    columns: tuple[Filled[Refused], ...] = (
        shown("command", "Asked", "text", "What was asked", lambda r: spaced(r.command)),
        shown("by", "By", "text", "Who asked, as printed then", lambda r: sender(r.entry)),
        shown("user", "Account", "id", "Account", lambda r: r.entry.body.actor),
        shown("recorded", "Recorded", "time", "When", lambda r: recorded(r.entry, material.zone)),
        shown("rule", "Rule", "text", "Rule that refused it", lambda r: spaced(r.rule.replace("-", " "))),
        folded("code", "Code", "id", "Code of the refusal", lambda r: r.code),
        folded("entry", "Entry", "text", "Entry that tells of it", lambda r: frame.handle(material, r.entry)),
    )
    note = "A refusal keeps neither the participant nor anything else that was asked."
    return table_of(
        REFUSED,
        "Refused commands",
        note if known.reads_access else f"{note} They stand in the access ledger, which this reader does not read.",
        columns,
        known.refused,
        row_word="refusal",
    )
