"""The columns of the audit trail (regulation, audit trail report): those of the line, and those that fold out."""

from typing import Any, Final

from compliance.reports.audit_shown import (
    ACTIONS,
    CLOCK,
    TIMING,
    Cell,
    Filled,
    Shown,
    column,
    hours,
    timing,
    utc,
)
from compliance.reports.audit_words import what_happened
from compliance.reports.frame import STRENGTHS
from compliance.reports.model import Code
from compliance.reports.signature_known import STANDINGS, STATUSES
from compliance.reports.tables import Kind
from domain.times import zone

SHORT_LEAF: Final = 12


def _field_path(shown: Shown) -> str | None:
    """The pointer of a correction; a new entry holds its whole payload."""
    path = shown.line.row.field_path
    return path if shown.line.is_change else "/payload"


def _target(shown: Shown) -> str | None:
    target = shown.line.target
    return None if target is None else str(target.frame.position)


IN_LINE: Final = (
    column("position", "Entry", "number", "Position in its ledger", lambda s: str(s.line.row.position)),
    column(
        "ledger",
        "Ledger",
        "text",
        "Which ledger the position counts in",
        lambda s: s.line.ledger,
        beside="position",
    ),
    column(
        "recorded_local",
        "Recorded",
        "time",
        "When the server recorded it, on the clock of the report's zone, with its offset",
        lambda s: s.line.row.recorded_at.astimezone(zone(s.zone)).isoformat(timespec="seconds"),
    ),
    column(
        "lag",
        "Lag",
        "number",
        "From the claimed time of the act to its recording",
        lambda s: hours(s.line.row.lag),
        unit="h",
    ),
    column("participant", "Participant", "id", "Screening number of whom it concerns", lambda s: s.line.participant),
    column(
        "printed_name", "Who", "text", "Printed name of who sent it, at that time", lambda s: s.line.row.printed_name
    ),
    column(
        "what",
        "What",
        "text",
        "What happened; in brackets, which one of its kind; after a correction, what it corrects",
        lambda s: what_happened(s.line.entry, s.line.target),
    ),
    column("old_value", "Old value", "text", "The value before, struck through", lambda s: s.old, beside="new_value"),
    column(
        "new_value",
        "Values",
        "change",
        "What was recorded, field by field, or the value after a correction; units in UCUM",
        lambda s: s.new,
    ),
    column("reason_text", "Reason", "text", "Why, in the words of who sent it", lambda s: s.reason),
)


def _folded(key: str, heading: str, kind: Kind, meaning: str, cell: Cell, **more: Any) -> Filled:
    return column(key, heading, kind, meaning, cell, folded=True, **more)


FOLDED: Final = (
    _folded(
        "action", "Action", "status", "What the entry did to the record", lambda s: s.line.row.action, codes=ACTIONS
    ),
    _folded("timing", "Timing", "flag", "How the recording stands to the act", timing, codes=TIMING),
    _folded("reason_code", "Reason code", "text", "The coded reason", lambda s: s.line.row.reason_code),
    _folded(
        "recorded_at", "Recorded (UTC)", "time", "When the server recorded it", lambda s: utc(s.line.row.recorded_at)
    ),
    _folded(
        "occurred_at",
        "Happened (claimed)",
        "time",
        "When it happened, as claimed: a local time with its zone, or a partial date",
        lambda s: str(s.line.row.occurred_at),
    ),
    _folded(
        "clock_reading",
        "Clock reading (UTC)",
        "time",
        "What the server's clock showed when the command was decided",
        lambda s: utc(s.line.entry.body.clock_reading),
    ),
    _folded(
        "clock",
        "Clock",
        "flag",
        "Whether the clock's reading and the recorded time agree",
        lambda s: "drift" if s.line.drifts else "agrees",
        codes=CLOCK,
    ),
    _folded("trial", "Trial", "id", "The trial", lambda s: s.line.row.trial),
    _folded("site", "Site", "id", "The site concerned", lambda s: s.line.site),
    _folded("record_type", "Record type", "text", "What kind of record", lambda s: s.line.row.record_type),
    _folded(
        "record_id", "Record", "id", "Which record of its kind", lambda s: s.line.row.record_id or s.line.row.trial
    ),
    _folded(
        "version",
        "Record version",
        "number",
        "Which entry of the record this is, counted from 1",
        lambda s: str(s.line.row.record_version),
    ),
    _folded("event_type", "Event type", "id", "Stored name of this kind of entry", lambda s: s.line.row.type),
    _folded(
        "field_path",
        "Field path",
        "text",
        "JSON pointer to what was recorded; each value by itself stands in the table of values",
        _field_path,
    ),
    _folded("target", "Corrected entry", "number", "Entry that a correction or void is about", _target),
    _folded("event_id", "Event id", "id", "Identity of the entry, for ever", lambda s: str(s.line.row.event_id)),
    _folded("user", "User id", "id", "Account that sent it", lambda s: s.line.row.actor),
    _folded("role", "Role", "text", "Role in which it was sent", lambda s: s.line.row.role),
    _folded("organisation", "Organisation", "text", "Organisation of who sent it", lambda s: s.line.row.organisation),
    _folded(
        "performer",
        "Performed by",
        "id",
        "Account of who did the act, as named by who sent it",
        lambda s: s.line.row.performer,
    ),
    _folded("on_behalf_of", "On behalf of", "text", "For whom it was sent", lambda s: s.line.row.on_behalf_of),
    _folded(
        "source",
        "Source",
        "text",
        "How the information came here: direct entry, transcribed, transferred, migrated, or derived by a rule",
        lambda s: s.line.row.source_kind,
    ),
    _folded("source_ref", "Original", "text", "Where the original is", lambda s: s.line.row.source_ref),
    _folded("originator", "Originator", "text", "System it came through", lambda s: s.line.row.originator),
    _folded("session", "Session", "id", "Session of who sent it", lambda s: s.line.row.session),
    _folded(
        "strength",
        "Authentication",
        "text",
        "How the sender was authenticated",
        lambda s: s.line.row.strength,
        codes=tuple(Code(code=code, meaning=words.partition(": ")[2]) for code, words in STRENGTHS.items()),
    ),
    _folded("authority_grant", "Grant", "id", "Grant that allowed it", lambda s: s.line.row.authority_grant),
    _folded("authority_rule", "Rule", "text", "Rule that allowed it", lambda s: s.line.row.authority_rule),
    _folded("command_id", "Command id", "id", "Command that led to it", lambda s: str(s.line.row.command_id)),
    _folded(
        "caused_by",
        "Caused by",
        "id",
        "Event that led to it, where a rule added it to a command",
        lambda s: None if s.line.row.caused_by is None else str(s.line.row.caused_by),
    ),
    _folded(
        "protocol_version",
        "Protocol version",
        "text",
        "Protocol version in force",
        lambda s: s.line.row.protocol_version,
    ),
    _folded(
        "software_version",
        "Software version",
        "text",
        "Software that recorded it",
        lambda s: s.line.row.software_version,
    ),
    _folded(
        "signature_id",
        "Signature",
        "text",
        "Electronic signatures of the entry, or the one that it is; in the details, each in words",
        lambda s: ", ".join(one.row.signature for one in s.signatures) or None,
    ),
    _folded(
        "signature_status",
        "Signature status",
        "status",
        "How the signature stands that the entry asks for, or that it is",
        lambda s: s.standing,
        codes=(*STANDINGS, *STATUSES),
    ),
    _folded(
        "blinding_class",
        "Class",
        "text",
        "Whether the entry may tell an allocation",
        lambda s: s.line.row.blinding_class,
    ),
    _folded("review_status", "Review", "status", "Whether the audit trail review covered it", lambda _: "not reviewed"),
    _folded(
        "hash",
        "Leaf hash",
        "id",
        "First digits of the entry's leaf hash (RFC 6962, SHA-256); the whole hash in the details",
        lambda s: None if s.leaf is None else s.leaf[:SHORT_LEAF],
    ),
)
COLUMNS: Final = (*IN_LINE, *FOLDED)
