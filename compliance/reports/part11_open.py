"""What is open: exceptions to the controls, procedures to be named, and what changed since the last such report."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from compliance.reports import frame
from compliance.reports.access_known import GrantKnown
from compliance.reports.access_words import local
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.model import Code, Table
from compliance.reports.part11_clauses import NOTHING, Judged
from compliance.reports.part11_known import Known, new_since
from compliance.reports.part11_looks import drifting, name_of, unverified, without_letter
from compliance.reports.part11_state import STATES, time_of
from compliance.reports.wording import spaced
from domain.people.facts import GrantEnded, GrantGiven, PersonDeactivated, PersonRegistered, PolicyIssued
from domain.record import Entry, Fact
from domain.signature.facts import SignatureMade, SignatureWithdrawn
from domain.streams import access_ledger

EXCEPTIONS: Final = "exceptions"
PROCEDURES: Final = "procedures"
_KINDS: Final = (
    Code(code="signature broken", meaning="it does not verify and proves nothing", tone="bad"),
    Code(code="signature overdue", meaning="an approval or judgement was not signed in time", tone="bad"),
    Code(code="to be signed again", meaning="what was signed was altered since", tone="watch"),
    Code(code="identity not verified", meaning="signed without a verification by another person before", tone="bad"),
    Code(code="letter missing", meaning="people of this organisation signed; no letter is registered", tone="bad"),
    Code(code="conflict", meaning="a conflict of access", tone="bad"),
    Code(code="orphaned role", meaning="a role still open on an account that has ended", tone="bad"),
    Code(code="training gap", meaning="a role whose training is not current; it does not work", tone="watch"),
    Code(code="review overdue", meaning="a role that nobody reviewed in time", tone="watch"),
    Code(code="clock drift", meaning="clock reading and recorded time do not agree", tone="watch"),
)


class Open(NamedTuple):
    """One exception: what kind, who or what, in words, and the entry behind it."""

    kind: str
    clause: str
    about: str
    words: str
    entry: Entry | None


def exceptions(known: Known) -> tuple[Open, ...]:
    """All of them, by kind. No participant is named: rows of the trial stand in the logs of their own."""
    return (*_of_signatures(known), *_of_signers(known), *_of_access(known), *_of_clocks(known))


def _of_signatures(known: Known) -> Iterator[Open]:
    for row in known.rows:
        if row.one.why_broken is not None:
            yield Open("signature broken", "11.70", row.one.row.signer, row.one.why_broken, row.one.entry)
    for need in known.signed.needed:
        kind = _WAITING.get(known.signed.standing(need))
        if kind is not None:
            due = (local(need.due, known.material.zone) or "")[:10]
            words = f"{spaced(need.kind)}, entry {need.behind.position:,}, as {need.meaning} until {due}"
            yield Open(kind, "11.10(f)", need.by.actor, words, None)


_WAITING: Final = {
    "overdue": "signature overdue",
    "needs re-signing": "to be signed again",
    "signature broken": "to be signed again",
}


def _of_signers(known: Known) -> Iterator[Open]:
    for row in unverified(known):
        words = f"signature {row.one.row.signature}"
        yield Open("identity not verified", "11.100(b)", row.one.row.signer, words, row.one.entry)
    for organisation in without_letter(known):
        yield Open("letter missing", "11.100(c)", organisation, "no letter is registered", None)


def _of_access(known: Known) -> Iterator[Open]:
    now = known.access.now
    for conflict in known.conflicts:
        words = f"{conflict.kind}: {conflict.words}"
        yield Open("conflict", "11.10(g)", conflict.person, words, conflict.entry)
    kinds = (
        ("orphaned role", "11.10(d)", GrantKnown.is_orphan),
        ("training gap", "11.10(i)", GrantKnown.lacks_training),
        ("review overdue", "11.300(b)", GrantKnown.is_overdue),
    )
    for kind, clause, test in kinds:
        for one in known.access.grants:
            if test(one, now):
                yield Open(kind, clause, one.holder.person, spaced(one.grant.role), one.entry)


def _of_clocks(known: Known) -> Iterator[Open]:
    for entry in drifting(known):
        seconds = int((entry.frame.recorded_at - entry.body.clock_reading).total_seconds())
        yield Open("clock drift", "11.10(e)", entry.body.originator, f"recorded {seconds:,} s after the reading", entry)


def exceptions_table(known: Known, found: tuple[Open, ...]) -> Table:
    """The table of exceptions."""
    columns: tuple[Filled[Open], ...] = (
        shown("kind", "Exception", "status", "What kind", lambda o: o.kind, codes=_KINDS),
        shown("clause", "21 CFR", "text", "Clause it is about", lambda o: o.clause),
        shown("about", "About", "text", "Account, organisation or system", lambda o: o.about),
        shown("words", "In words", "text", "What was found", lambda o: o.words),
        shown(
            "recorded",
            "Recorded",
            "time",
            "When the entry behind it was",
            lambda o: None if o.entry is None else time_of(o.entry, known),
        ),
        folded(
            "entry",
            "Entry",
            "text",
            "Entry behind it",
            lambda o: None if o.entry is None else frame.handle(known.material, o.entry),
        ),
    )
    return table_of(
        EXCEPTIONS,
        "Exceptions",
        "Everything that is not as a control wants it, until its cause is gone; this version records no accepted "
        "risks. No participant is named here.",
        columns,
        found,
        row_word="exception",
    )


def procedures_table(rows: tuple[Judged, ...]) -> Table:
    """Clauses that need people's work: which document governs it, and what is missing."""
    columns: tuple[Filled[Judged], ...] = (
        shown("clause", "21 CFR", "text", "Clause", lambda j: j.clause.clause),
        shown("title", "About", "text", "What it asks for", lambda j: j.clause.title),
        shown("shown", "Whose work", "text", "People's alone, or shared with the software", _whose),
        shown("document", "Document", "text", "Its id, as named", _document),
        shown("version", "Version", "text", "Its version", _version),
        shown("owner", "Owner", "text", "Who answers for it", _owner),
        shown("missing", "Missing", "text", "What has to be named", _missing),
    )
    return table_of(
        PROCEDURES,
        "What people do",
        "Software cannot prove these: it can name the document that governs them, and who owns it, where somebody "
        "has named it. That the procedure is lived, an audit shows.",
        columns,
        [row for row in rows if row.clause.shown in {"procedural", "shared"}],
        row_word="clause",
    )


def _whose(row: Judged) -> str:
    return "people's" if row.clause.shown == "procedural" else "shared"


def _document(row: Judged) -> str | None:
    return None if row.document is None else row.document.document


def _version(row: Judged) -> str | None:
    return None if row.document is None else row.document.version


def _owner(row: Judged) -> str | None:
    return None if row.document is None else row.document.owner


def _missing(row: Judged) -> str:
    return "document id, version and owner" if row.document is None else NOTHING


class Changed(NamedTuple):
    """Something that changed since the last report."""

    what: str
    words: str


_COUNTED: Final[tuple[tuple[str, type[Fact]], ...]] = (
    ("Accounts registered", PersonRegistered),
    ("Accounts ended", PersonDeactivated),
    ("Roles given", GrantGiven),
    ("Roles taken back", GrantEnded),
    ("Versions of the policy issued", PolicyIssued),
    ("Signatures given", SignatureMade),
    ("Signatures taken back", SignatureWithdrawn),
)


def changes_table(known: Known) -> Table:
    """What changed since the last such report of this trial."""
    columns: tuple[Filled[Changed], ...] = (
        shown("what", "What", "text", "What changed", lambda c: c.what),
        shown("words", "Change", "text", "From then to now", lambda c: c.words),
    )
    rows = () if known.last is None else tuple(_changes(known, known.last))
    return table_of("changes", "Since the last report", _since(known), columns, rows, row_word="change")


def _since(known: Known) -> str:
    if not frame.is_read(known.material, access_ledger(known.material.trial)):
        return "Earlier reports stand in the access ledger, which this reader does not read."
    if known.last is None:
        return "This is the first such report of this trial."
    where = frame.handle(known.material, known.last)
    return f"Since the report asked for at {time_of(known.last, known)} by {known.last.body.printed_name} ({where})."


def _changes(known: Known, last: Entry) -> Iterator[Changed]:
    read = {one.ledger: one.position for one in last.fact.sources}
    for source in known.material.sources:
        words = f"read to position {read.get(source.ledger, 0):,} then, to {source.size:,} now"
        yield Changed(f"The {source.ledger.partition(':')[0]} ledger", words)
    counts = Counter[type[Fact]](entry.fact.__class__ for entry in new_since(known, last))
    yield from (Changed(words, f"{counts[fact]:,}") for words, fact in _COUNTED if counts[fact])
    yield from _looked(known)


def _looked(known: Known) -> Iterator[Changed]:
    """What was found otherwise at the deployment than at the last look."""
    if known.basis.checked is None or known.basis.before is None:
        return
    before = {one.check: one for one in known.basis.before.fact.checks}
    for one in known.basis.checked.fact.checks:
        if one.check in CHANGES_ALWAYS or one.check not in before or one.found == before[one.check].found:
            continue
        was = before[one.check].found
        yield Changed(name_of(one.check), f"was: {was} Is: {one.found} ({STATES[one.state]})")


CHANGES_ALWAYS: Final = frozenset({"clock"})
"""Looks whose value is another each time."""
