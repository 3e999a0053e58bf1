"""Conflicts as a table, and what the first screen of the access log says."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from compliance.reports import frame
from compliance.reports.access_acts import ACTS, UNBLINDED, privileged, unblinded
from compliance.reports.access_conflicts import CONFLICTS, Conflict
from compliance.reports.access_delegations import DELEGATIONS
from compliance.reports.access_known import Access
from compliance.reports.access_people import GRANTS, USERS, grant_standing, user_status
from compliance.reports.access_sessions import ATTEMPTS, attempts
from compliance.reports.access_words import recorded
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Attention, Code, Figure, RowRef, Severity, Table
from compliance.reports.wording import counted

FOUND: Final = "conflicts"
_KINDS: Final = tuple(Code(code=kind, meaning=words, tone="bad") for kind, words in CONFLICTS.items())


def conflicts_table(material: Material, found: Sequence[Conflict]) -> Table:
    """The table of conflicts; empty when none was found."""
    columns: tuple[Filled[Conflict], ...] = (
        shown("kind", "Conflict", "status", "What kind of conflict", lambda c: c.kind, codes=_KINDS),
        shown("person", "Person", "id", "Account", lambda c: c.person),
        shown("site", "Site", "id", "Site, where it is about one", lambda c: c.site),
        shown("words", "What was found", "text", "In words", lambda c: c.words),
        shown("recorded", "Recorded", "time", "When the entry behind it was recorded", lambda c: _when(c, material)),
        folded("entry", "Entry", "text", "Entry that shows it", lambda c: frame.handle(material, c.entry)),
    )
    looked = "; ".join(f"{kind} ({words})" for kind, words in CONFLICTS.items())
    return table_of(
        FOUND, "Conflicts", f"Looked for in what was recorded: {looked}.", columns, found, row_word="conflict"
    )


def _when(conflict: Conflict, material: Material) -> str | None:
    return recorded(conflict.entry, material.zone)


def answer(access: Access, found: Sequence[Conflict]) -> str:
    """The result in one sentence."""
    opened = [known for known in access.grants if known.is_open(access.now)]
    holders = {known.holder.person for known in opened}
    said = counted(len(found), "conflict") if found else "no conflict"
    hold = "holds" if len(holders) == 1 else "hold"
    return (
        f"{counted(len(holders), 'account')} {hold} {counted(len(opened), 'open role')}; "
        f"{counted(len(access.sessions), 'log-in')}, {_failed(access):,} failed; {said} of access found."
    )


def _failed(access: Access) -> int:
    return sum(one.times for one in attempts(access.system) if one.kind == "failed")


def figures(access: Access, found: Sequence[Conflict]) -> tuple[Figure, ...]:
    """The strip of figures."""
    accounts = [account for account in access.accounts if user_status(account) == "open"]
    opened = [known for known in access.grants if known.is_open(access.now)]
    locked = sum(one.kind == "locked" for one in attempts(access.system))
    return (
        _figure("Open accounts", len(accounts), f"of {counted(len(access.accounts), 'account')} shown"),
        _figure("Open roles", len(opened), f"of {counted(len(access.grants), 'role')} given"),
        _figure("Log-ins", len(access.sessions), "sessions that were opened"),
        _figure("Failed attempts", _failed(access), f"{counted(locked, 'lock-out')}"),
        _figure("Unblinding accesses", len(list(unblinded(access))), "looks and acts that may tell an allocation"),
        _figure("Conflicts", len(found), "found in what was recorded"),
    )


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


def attention(access: Access, found: Sequence[Conflict], tables: Iterable[Table]) -> tuple[Attention, ...]:
    """What an inspector would want to see, with its rows."""
    by_name = {table.id: table for table in tables}
    grants = [grant_standing(known, access) for known in access.grants]
    users = access.accounts
    unverified = [a.person.active and not a.person.is_service and a.verified is None for a in users]
    listed: tuple[tuple[Severity, str, Sequence[bool], str, str], ...] = (
        ("serious", FOUND, [True] * len(found), "conflict", "of access."),
        ("serious", GRANTS, [one == "orphaned" for one in grants], "role", "still open on an account that has ended."),
        ("serious", ACTS, [act.kind == "break-glass" for act in privileged(access)], "use", "of break-glass."),
        ("important", DELEGATIONS, _unsigned(by_name[DELEGATIONS]), "delegation", "not signed, or not any more."),
        ("important", GRANTS, [one == "training over" for one in grants], "role", "whose training is not current."),
        ("important", GRANTS, [one == "review overdue" for one in grants], "role", "not reviewed in time."),
        ("important", USERS, unverified, "open account", "of a person whose identity nobody has verified."),
        ("important", ATTEMPTS, _of(access, "locked"), "lock-out", "after failed attempts."),
        ("important", ATTEMPTS, _of(access, "signal"), "signal", "of unusual use."),
        ("to note", ATTEMPTS, _of(access, "failed"), "line", "of failed attempts."),
        ("to note", UNBLINDED, [True] * len(list(unblinded(access))), "access", "to what may tell an allocation."),
    )
    return tuple(item for row in listed for item in _item(*row))


def _of(access: Access, kind: str) -> list[bool]:
    return [one.kind == kind for one in attempts(access.system)]


def _unsigned(table: Table) -> list[bool]:
    at = next(at for at, column in enumerate(table.columns) if column.key == "signed")
    return [row.cells[at] != "signed" for row in table.rows]


_PLURALS: Final[dict[str, str]] = {"access": "accesses"}


def _item(severity: Severity, table: str, hits: Sequence[bool], word: str, words: str) -> Iterator[Attention]:
    rows = [number for number, hit in enumerate(hits, 1) if hit]
    if rows:
        yield Attention(
            severity=severity,
            sentence=f"{counted(len(rows), word, _PLURALS.get(word, ''))} {words}",
            rows=tuple(RowRef(table=table, row=str(number)) for number in rows),
        )
