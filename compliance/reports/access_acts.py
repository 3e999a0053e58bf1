"""What was done with rights that others do not have: privileged acts, the code break, and what may tell an arm.

Access log (e), (f). Identity lists stay at the sites, outside this product, so nobody can look at one here.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from compliance.gate_table import TABLE
from compliance.reports import frame
from compliance.reports.access_known import Access
from compliance.reports.access_words import recorded, sender
from compliance.reports.audit_words import what_happened
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Code, Table
from domain.access.facts import RecordRead, ReportRequested
from domain.record import Entry
from domain.session.facts import SessionStarted
from domain.unblinding.facts import AccidentReported, ArmDisclosed, EmergencyUnblindingInvoked
from projections.fold import place

ACTS: Final = "privileged"
UNBLINDED: Final = "unblinded"
_KINDS: Final = (
    Code(code="people and roles", meaning="an act on accounts, roles, training or credentials"),
    Code(code="break-glass", meaning="an emergency credential, or the code broken in an emergency", tone="bad"),
)
_TOLD: Final = (
    Code(code="disclosure", meaning="the arm of one participant was told to one recipient", tone="watch"),
    Code(code="emergency", meaning="the code was broken in an emergency", tone="bad"),
    Code(code="accident", meaning="somebody learned, or may have learned, an arm by accident", tone="bad"),
    Code(code="looked again", meaning="a recipient looked at a disclosure again", tone="watch"),
    Code(code="safety text", meaning="an unreviewed safety text was opened"),
    Code(code="break notice", meaning="a notice that a blind was broken was opened"),
    Code(code="drill", meaning="the code-break was tried with a key that opens nothing of anybody's"),
    Code(code="ledger", meaning="a ledger other than the trial's was read whole"),
    Code(code="package", meaning="a package of arms was opened by its recipient", tone="watch"),
    Code(code="vault act", meaning="lists or treatment details were written to the vault"),
    Code(code="unblinded report", meaning="a report that shows allocations was asked for", tone="watch"),
)
_READ: Final[Mapping[str, str]] = {
    "disclosure": "looked again",
    "drill": "drill",
    "interim-package": "package",
    "ledger": "ledger",
    "notice": "break notice",
    "release-package": "package",
}
"""What a recorded look was at; anything else is the field of a safety text."""


class Act(NamedTuple):
    """One act of its kind."""

    kind: str
    entry: Entry


def privileged(access: Access) -> Iterator[Act]:
    """Acts under the rules for people and roles, and break-glass."""
    for entry in frame.merged((*access.trial, *access.system)):
        fact = entry.fact
        emergency = isinstance(fact, SessionStarted) and fact.strength == "emergency"
        if emergency or isinstance(fact, EmergencyUnblindingInvoked):
            yield Act("break-glass", entry)
        elif _touches(entry) == "SYSTEM":
            yield Act("people and roles", entry)


def unblinded(access: Access) -> Iterator[Act]:
    """Whatever may have told somebody an arm, or let somebody read what only some may read."""
    for entry in frame.merged((*access.trial, *access.access)):
        kind = _told(entry)
        if kind is not None:
            yield Act(kind, entry)


def _told(entry: Entry) -> str | None:
    match entry.fact:
        case ArmDisclosed():
            return "disclosure"
        case EmergencyUnblindingInvoked():
            return "emergency"
        case AccidentReported():
            return "accident"
        case RecordRead(what=what):
            return _READ.get(what, "safety text")
        case ReportRequested(blinding="UNBLINDED"):
            return "unblinded report"
        case _:
            return "vault act" if _touches(entry) == "VAULT" else None


def _touches(entry: Entry) -> str | None:
    row = TABLE.get(entry.body.authority.rule.partition("/")[0])
    return None if row is None else row.touches


def privileged_table(material: Material, access: Access) -> Table:
    """The table of privileged acts."""
    columns: tuple[Filled[Act], ...] = (
        shown("kind", "Kind", "status", "What kind of act", lambda a: a.kind, codes=_KINDS),
        shown("what", "What", "text", "What was done", lambda a: what_happened(a.entry)),
        shown("about", "About", "id", "Account or record it concerns", lambda a: _about(a.entry)),
        *_who(material),
    )
    return table_of(
        ACTS,
        "Privileged acts and break-glass",
        "Acts on people, roles and credentials, and every use of an emergency credential or of the code break.",
        columns,
        privileged(access),
        row_word="act",
    )


def unblinded_table(material: Material, access: Access) -> Table:
    """The table of accesses to what may tell an allocation."""
    columns: tuple[Filled[Act], ...] = (
        shown("kind", "Kind", "status", "What kind of access", lambda a: a.kind, codes=_TOLD),
        shown("about", "About", "id", "Unblinding, entry or record it concerns", lambda a: _about(a.entry)),
        shown("recipient", "Recipient", "text", "Who learned or read it", lambda a: _recipient(a.entry)),
        *_who(material),
    )
    return table_of(
        UNBLINDED,
        "Access to what may tell an allocation",
        "Every disclosure, code break, accident and look at what only some may read; what was told stands in no "
        "report of this class. Identity lists are kept at the sites and not in this product.",
        columns,
        unblinded(access),
        row_word="line",
    )


def _who(material: Material) -> tuple[Filled[Act], ...]:
    return (
        shown("by", "By", "text", "Who did it, as printed then", lambda a: sender(a.entry)),
        shown("user", "User", "id", "Account", lambda a: a.entry.body.actor),
        shown("recorded", "Recorded", "time", "When", lambda a: recorded(a.entry, material.zone)),
        folded("session", "Session", "id", "Session in which it was done", lambda a: a.entry.body.session),
        folded("strength", "Proved by", "text", "How the identity was proved", lambda a: a.entry.body.strength),
        folded("rule", "Rule", "text", "Rule of the gate that allowed it", lambda a: a.entry.body.authority.rule),
        folded("entry", "Entry", "text", "Entry that tells of it", lambda a: frame.handle(material, a.entry)),
    )


def _about(entry: Entry) -> str | None:
    """The account named; else what was read; else the record."""
    fact = entry.fact
    named = getattr(fact, "person", None) or getattr(fact, "scope", None)
    return named or place(entry.frame.stream)[1] or None


def _recipient(entry: Entry) -> str | None:
    match entry.fact:
        case ArmDisclosed(recipient=recipient) | EmergencyUnblindingInvoked(recipient=recipient):
            return str(recipient)
        case AccidentReported(learned_by=learned):
            return ", ".join(learned) or None
        case RecordRead() | ReportRequested():
            return entry.body.actor
        case _:
            return None
