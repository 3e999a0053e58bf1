"""The electronic signature log, row by row (regulation, electronic signature log), and what still needs a signature."""

import re
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple

from compliance.reports import frame
from compliance.reports.access_known import Access
from compliance.reports.access_words import local, reason
from compliance.reports.audit_shown import hours, utc
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Code, Table
from compliance.reports.signature_known import STANDINGS, STATUSES, OneSigned, Signed
from compliance.reports.wording import listed, spaced
from domain.people.facts import CertificationRegistered, IdentityVerified
from domain.record import Entry
from domain.session.facts import SessionStarted
from domain.signature.meanings import ATTESTATIONS
from domain.streams import SYSTEM_LEDGER
from projections.signature_rows import RequiredRow

_OFFSET: Final = re.compile(r"([+-])([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
SIGNATURES: Final = "signatures"
NEEDED: Final = "needed"
NO_LETTER: Final = "none registered"
NOT_DUE: Final = "not due"
NOT_SHOWN: Final = "not shown to this reader"
MEANINGS: Final = tuple(Code(code=meaning, meaning=words) for meaning, words in ATTESTATIONS.items())


class Logged(NamedTuple):
    """A signature with what the system ledger says of its signer and session, where the reader sees that account."""

    one: OneSigned
    session: Entry | None
    is_known: bool
    verified: Entry | None
    letter: str | None
    resign_due: datetime | None


def logged(access: Access, signed: Signed) -> tuple[Logged, ...]:
    """All signatures, in the order in which they were made."""
    sessions = {e.fact.session: e for e in access.system if isinstance(e.fact, SessionStarted)}
    letters = {
        e.fact.organisation: e.fact.reference for e in access.system if isinstance(e.fact, CertificationRegistered)
    }
    found = sorted(
        signed.made, key=lambda one: (one.row.signed_at, frame.rank(one.entry.frame.ledger), one.row.behind.position)
    )
    return tuple(
        Logged(
            one=one,
            session=sessions.get(one.row.session or ""),
            is_known=access.named(one.row.signer) is not None,
            verified=_verified(access, one),
            letter=letters.get(one.row.by.organisation),
            resign_due=_due(one, signed),
        )
        for one in found
    )


def _verified(access: Access, one: OneSigned) -> Entry | None:
    """The last verification of the signer's identity before the signature."""
    own = (e for e in access.system if isinstance(e.fact, IdentityVerified) and e.fact.person == one.row.signer)
    before = [entry for entry in own if entry.frame.recorded_at <= one.row.behind.recorded_at]
    return before[-1] if before else None


def _due(one: OneSigned, signed: Signed) -> datetime | None:
    """Until when to sign again what this signature no longer covers."""
    need = None if one.row.target is None else signed.asked.get(one.row.target)
    return need.due if need is not None and need.state == "needs re-signing" else None


def signatures_table(material: Material, rows: tuple[Logged, ...]) -> Table:
    """The log."""
    zone = material.zone
    columns: tuple[Filled[Logged], ...] = (
        shown("signature", "Signature", "id", "Id of the signature", lambda s: s.one.row.signature),
        shown(
            "signed_local",
            "Signed",
            "time",
            "When it was given, on the signer's own clock, with its offset",
            _signed_local,
        ),
        shown("printed_name", "Signer", "text", "Printed name, as signed", lambda s: s.one.row.printed_name),
        shown("meaning", "Meaning", "status", "What the signature means", lambda s: s.one.row.meaning, codes=MEANINGS),
        shown("kind", "For", "text", "What kind of act asked for it", lambda s: spaced(s.one.row.kind)),
        shown("record_type", "Record", "text", "Kind of record", lambda s: spaced(s.one.row.record_type)),
        shown("record_id", "Record id", "id", "Which record of its kind", lambda s: _record_id(material, s.one)),
        shown("version", "Version", "number", "Entries of the record that it covers", lambda s: str(s.one.row.version)),
        shown("status", "Status", "status", "How it stands", lambda s: s.one.status, codes=STATUSES),
        shown(
            "why", "Why", "text", "By which entry superseded, why withdrawn or broken", lambda s: _why(material, s.one)
        ),
        folded("signed_at", "Signed (UTC)", "time", "When it was given", lambda s: utc(s.one.row.signed_at)),
        folded("signer", "Signer id", "id", "Account of the signer", lambda s: s.one.row.signer),
        folded("role", "Role", "text", "Role in which it was signed", lambda s: spaced(s.one.row.by.role)),
        folded("organisation", "Organisation", "text", "Organisation then", lambda s: s.one.row.by.organisation),
        folded("successor_of", "Successor of", "id", "In whose place it was signed", lambda s: s.one.row.successor_of),
        folded("digest", "Record digest", "id", "Root over the covered entries", lambda s: s.one.row.record_digest),
        folded("display", "Shown digest", "id", "Digest of what was displayed", lambda s: s.one.row.display_digest),
        folded("attestation", "Attestation", "text", "The words that were shown", lambda s: s.one.row.attestation),
        folded("components", "Components", "text", "What was proved for it", _components),
        folded(
            "in_session", "In its session", "text", "First signing of the session, or a later one", _place_in_session
        ),
        folded("session", "Session", "id", "Session in which it was signed", lambda s: s.one.row.session),
        folded("device", "Device", "text", "As the client named it", _device),
        folded(
            "identity",
            "Identity verified",
            "text",
            "How, by whom, from which kind of document",
            lambda s: _identity(material, s),
        ),
        folded(
            "letter", "Certification letter", "text", "Of the signer's organisation", lambda s: s.letter or NO_LETTER
        ),
        folded(
            "resign_due", "To be signed again by", "time", "Until when", lambda s: local(s.resign_due, zone) or NOT_DUE
        ),
        folded(
            "after_change",
            "After last change",
            "number",
            "From the last covered change to the signature",
            lambda s: hours(s.one.row.after_change),
            unit="h",
        ),
        folded("participant", "Participant", "id", "Whom the record concerns", lambda s: s.one.row.participant),
        folded("site", "Site", "id", "Site of the record", lambda s: s.one.row.site),
        folded(
            "key", "Key", "id", "Key that sealed it; the system ledger holds its public half", lambda s: s.one.row.key
        ),
        folded("entry", "Entry", "text", "Entry of the signature", lambda s: frame.handle(material, s.one.entry)),
    )
    return table_of(
        SIGNATURES,
        "Signatures",
        "In the order in which they were given; superseded, withdrawn and broken ones stay.",
        columns,
        rows,
        row_word="signature",
        group=lambda s: s.one.row.stream,
    )


def _signed_local(row: Logged) -> str:
    """On the signer's own clock; in UTC where the recorded offset is none."""
    made = row.one.row
    found = _OFFSET.fullmatch(made.local_offset)
    ahead = timedelta() if found is None else timedelta(hours=int(found[2]), minutes=int(found[3]))
    zone = timezone(-ahead if found is not None and found[1] == "-" else ahead)
    return made.signed_at.astimezone(zone).isoformat(timespec="seconds")


def _record_id(material: Material, one: OneSigned) -> str:
    """The trial has no number of its own, nor has the policy of the deployment."""
    whole = "deployment" if one.entry.frame.ledger == SYSTEM_LEDGER else material.trial
    return one.row.record_id or whole


def _components(row: Logged) -> str:
    return listed(spaced(one) for one in row.one.row.components)


def _place_in_session(row: Logged) -> str:
    return "first" if row.one.row.first_in_session else "later"


def _device(row: Logged) -> str | None:
    return None if row.session is None else row.session.fact.device


def _identity(material: Material, row: Logged) -> str | None:
    if not row.is_known:
        return NOT_SHOWN
    if row.verified is None:
        return None
    fact = row.verified.fact
    where = frame.handle(material, row.verified)
    return f"{spaced(fact.method)}, {spaced(fact.document)}, by {fact.verified_by} ({where})"


def _why(material: Material, one: OneSigned) -> str:
    """What made it what it is; nothing, where it is valid."""
    row = one.row
    match one.status:
        case "broken":
            return str(one.why_broken)
        case "withdrawn" if one.taken_back is not None:
            return f"taken back, {frame.handle(material, one.taken_back)}: {reason(material, one.taken_back)}"
        case "superseded" if row.superseded_by is not None:
            return f"superseded by entry {row.superseded_by.position:,}"
        case _:
            return "nothing altered it"


def needed_table(material: Material, signed: Signed) -> Table:
    """What needs a signature and has none that stands."""
    zone = material.zone
    open_ = [row for row in signed.needed if signed.standing(row) != "signed"]
    columns: tuple[Filled[RequiredRow], ...] = (
        shown("record_type", "Record", "text", "Kind of record", lambda r: spaced(r.record_type)),
        shown("record_id", "Record id", "id", "Which record of its kind", lambda r: r.record_id or material.trial),
        shown("kind", "What", "text", "What kind of act asks for a signature", lambda r: spaced(r.kind)),
        shown("meaning", "Meaning", "status", "What the signature has to mean", lambda r: r.meaning, codes=MEANINGS),
        shown("by", "Owed by", "text", "Who did it, and so has to sign", lambda r: r.by.printed_name),
        shown("since", "Since", "time", "When it was recorded", lambda r: local(r.behind.recorded_at, zone)),
        shown("due", "Due", "time", "Last moment in time", lambda r: local(r.due, zone)),
        shown("standing", "Standing", "status", "How it stands", signed.standing, codes=STANDINGS),
        folded("owed_by", "Account", "id", "Account of who has to sign", lambda r: r.by.actor),
        folded(
            "successors", "Successors", "text", "Who was named to sign instead", lambda r: listed(r.successors) or None
        ),
        folded("clause", "Rule", "text", "Rule behind it", lambda r: r.clause),
        folded("participant", "Participant", "id", "Whom the record concerns", lambda r: r.participant),
        folded("site", "Site", "id", "Site of the record", lambda r: r.site),
        folded("entry", "Entry", "number", "Entry that asks for it", lambda r: str(r.behind.position)),
    )
    return table_of(
        NEEDED,
        "Records that need a signature",
        f"Approvals and judgements without a signature that stands; judged at {local(signed.now, zone)}, the last "
        "entry that was read.",
        columns,
        open_,
        row_word="record",
        group=lambda r: r.stream,
    )
