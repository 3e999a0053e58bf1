"""How the trial stands, section by section: scope, integrity, access, signatures, time, and what is not kept."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from compliance.reports import frame
from compliance.reports.access_people import user_status
from compliance.reports.access_words import local
from compliance.reports.audit_lines import DRIFT
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.model import Code, Source, Table
from compliance.reports.part11_known import Known
from compliance.reports.part11_looks import Look, drifting, name_of
from compliance.reports.wording import counted, listed, spaced
from domain.catalogue import event_types
from domain.record import Entry

LOOKS: Final = "checks"
_STATES: Final = (
    Code(code="as it should be", meaning="what was found is what the control needs", tone="good"),
    Code(code="to note", meaning="nothing is broken; somebody should look at it", tone="watch"),
    Code(code="not as it should be", meaning="the control does not hold here", tone="bad"),
)
STATES: Final = {"ok": "as it should be", "note": "to note", "wrong": "not as it should be"}


class Line(NamedTuple):
    """Something that stands so, in words."""

    section: str
    what: str
    value: str
    words: str


def looks_table(known: Known, looks: tuple[Look, ...]) -> Table:
    """Everything that was looked at, with the value found."""
    clauses: dict[str, list[str]] = defaultdict(list)
    for clause in known.registers.clauses:
        for check in clause.checks:
            clauses[check].append(clause.clause)
    columns: tuple[Filled[Look], ...] = (
        shown("check", "Checked", "text", "What was checked", lambda look: name_of(look.check)),
        shown("state", "State", "status", "How it is", lambda look: STATES[look.state], codes=_STATES),
        shown("found", "Found", "text", "The value found", lambda look: look.found),
        shown("where", "Where", "text", "In the running deployment, or in the ledgers read", lambda look: look.source),
        shown(
            "clauses", "Clauses", "text", "Clauses it is about", lambda look: ", ".join(clauses[look.check]) or "none"
        ),
    )
    checked = known.basis.checked
    if checked is None:
        note = "The deployment was not checked for this run; what is found in ledgers stands here alone."
    else:
        when = local(checked.frame.recorded_at, known.material.zone)
        note = (
            f"The deployment as it was found at {when} ({frame.handle(known.material, checked)}): values of that "
            "moment, recorded in the system ledger. What is found in ledgers holds at the positions read."
        )
    return table_of(LOOKS, "Checked in this deployment", note, columns, looks, row_word="check")


def state_table(known: Known) -> Table:
    """Integrity, access, signatures and time, as counts and values."""
    columns: tuple[Filled[Line], ...] = (
        shown("section", "Section", "text", "Part of the report", lambda line: line.section),
        shown("what", "What", "text", "What is counted or told", lambda line: line.what),
        shown("value", "Value", "text", "How many, or which", lambda line: line.value),
        shown("words", "Meaning", "text", "What that means", lambda line: line.words),
    )
    lines = (*_scope(known), *_integrity(known), *_access(known), *_signatures(known), *_time(known))
    return table_of(
        "state",
        "State of the trial",
        "Counts at the positions read. The rows behind them stand in the access log, signature log and audit trail.",
        columns,
        lines,
        row_word="line",
        group=lambda line: line.section,
    )


def _scope(known: Known) -> Iterator[Line]:
    entries = [entry for own in frame.readable(known.material).values() for entry in own]
    through = Counter(entry.body.originator for entry in entries)
    for name in sorted(through):
        yield Line(
            "Scope", f"System: {name}", counted(through[name], "entry", "entries"), "entries that came through it"
        )
    versions = sorted({entry.body.software_version for entry in entries})
    yield Line("Scope", "Software", listed(versions) or "none", "versions that recorded the entries read")
    checks = () if known.basis.checked is None else known.basis.checked.fact.checks
    yield from (Line("Scope", "Interfaces", "closed", one.found) for one in checks if one.check == "interfaces")


def _integrity(known: Known) -> Iterator[Line]:
    for source in known.material.sources:
        yield Line("Integrity", f"{source.ledger} ledger", f"positions 1 to {source.size:,}", _read(known, source))
    yield Line("Integrity", "Anchors compared", "none", "this version publishes no anchors; compare the roots yourself")


def _read(known: Known, source: Source) -> str:
    entries = known.material.entries[source.ledger]
    streams = len({entry.frame.stream for entry in entries})
    whole = "" if len(entries) == source.size else "; the others concern other trials, people or sites"
    return f"{counted(len(entries), 'entry', 'entries')} read in {counted(streams, 'record')}{whole}"


def _access(known: Known) -> Iterator[Line]:
    access = known.access
    accounts = Counter(user_status(account) for account in access.accounts)
    services = sum(account.person.is_service for account in access.accounts)
    yield Line(
        "Access",
        "Accounts",
        f"{accounts['open']:,} open, {accounts['ended']:,} ended",
        f"{services:,} of them of services",
    )
    opened = [one for one in access.grants if one.is_open(access.now)]
    roles = Counter(spaced(one.grant.role) for one in opened)
    for role in sorted(roles):
        yield Line("Access", f"Role: {role}", f"{roles[role]:,}", "open grants for this trial or for all")
    clearances = Counter(one.grant.clearance for one in opened)
    yield Line(
        "Access", "Unblinded clearance", f"{clearances['unblinded']:,}", "open grants that may learn allocations"
    )
    yield Line("Access", "Log-ins", f"{len(access.sessions):,}", "sessions of these accounts")


def _signatures(known: Known) -> Iterator[Line]:
    by_meaning: dict[str, Counter[str]] = defaultdict(Counter)
    for one in known.signed.made:
        by_meaning[one.row.meaning][one.status] += 1
    for meaning in sorted(by_meaning):
        states = by_meaning[meaning]
        said = ", ".join(
            f"{states[state]:,} {state}" for state in ("valid", "superseded", "withdrawn", "broken") if states[state]
        )
        yield Line("Signatures", f"Meaning: {meaning}", f"{states.total():,}", said)
    standings = Counter(known.signed.standing(row) for row in known.signed.needed)
    said = ", ".join(f"{standings[one]:,} {one}" for one in sorted(standings)) or "nothing asks for one"
    yield Line("Signatures", "Entries that ask for one", f"{len(known.signed.needed):,}", said)


def _time(known: Known) -> Iterator[Line]:
    off = [abs(e.frame.recorded_at - e.body.clock_reading) for e in drifting(known)]
    largest = f"the largest difference is {int(max(off).total_seconds()):,} s" if off else "no difference beyond it"
    limit = int(DRIFT.total_seconds())
    yield Line(
        "Time", "Clock drift", f"{len(off):,}", f"entries whose clock reading is more than {limit} s off; {largest}"
    )
    yield Line(
        "Time",
        "Zone policy",
        known.material.zone,
        "times are recorded in UTC; claimed times keep their own zone; this report's days are days of this zone",
    )


def records_table(known: Known) -> Table:
    """Classes of records, the rules that make them regulated, and how many entries there are (21 CFR 11.1(b))."""
    read = Counter(entry.frame.type for own in frame.readable(known.material).values() for entry in own)
    by_class: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in event_types():
        by_class[(row.retention.value, row.predicate)].append(row.name)
    columns: tuple[Filled[tuple[tuple[str, str], list[str]]], ...] = (
        shown("class", "Class of record", "text", "Retention class", lambda c: c[0][0]),
        shown("rule", "Rule", "text", "Rule that makes it a regulated record", lambda c: c[0][1]),
        shown("types", "Kinds", "number", "Kinds of entries in the register", lambda c: str(len(c[1]))),
        shown(
            "entries",
            "Entries",
            "number",
            "Entries of these kinds among those read",
            lambda c: str(sum(read[n] for n in c[1])),
        ),
        folded("names", "Names", "text", "Stored names of these kinds", lambda c: ", ".join(sorted(c[1]))),
    )
    return table_of(
        "records",
        "Classes of records and their rules",
        "Every kind of entry is registered with the rule behind it; one that is not registered cannot be recorded.",
        columns,
        sorted(by_class.items()),
        row_word="rule",
        group=lambda c: c[0][0],
    )


class Absent(NamedTuple):
    """A section of which this version holds no data."""

    section: str
    words: str


ABSENT: Final = (
    Absent("Backup and restore drills", "This version runs and records no backups and no restore drills."),
    Absent("Incidents", "This version keeps no register of incidents or breaches."),
    Absent(
        "Validation status",
        "Intended use, risk assessment, acceptance and release are people's signed decisions; none is kept here.",
    ),
    Absent("Open issues of the release", "They stand in the changelog of the release; none is read here."),
    Absent(
        "Accepted risks",
        "This version records no acceptance of a risk; an exception stays open until its cause is gone.",
    ),
    Absent("Tests of devices", "This version keeps no register of tokens, cards or their tests."),
    Absent("Anchors and witnesses", "Roots are printed; this version sends them to no witness."),
)


def absent_table() -> Table:
    """What this report would show and cannot."""
    columns: tuple[Filled[Absent], ...] = (
        shown("section", "Section", "text", "Part of a compliance report", lambda a: a.section),
        shown("words", "Why it is empty", "text", "In words", lambda a: a.words),
    )
    return table_of(
        "absent",
        "What this version does not record",
        "Said plainly, so that nobody takes silence for compliance.",
        columns,
        ABSENT,
        row_word="section",
    )


def time_of(entry: Entry, known: Known) -> str | None:
    """When an entry was recorded, on the clock of the report's zone."""
    return local(entry.frame.recorded_at, known.material.zone)
