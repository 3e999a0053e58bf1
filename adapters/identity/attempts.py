"""Attempts that failed: counted durably, locking an account for a while, told to the ledger in few entries.

What is to be told is written down in the same transaction as the count, and told after it: whoever dies in between
leaves it for the next attempt of anybody.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from adapters.identity.means import Means
from compliance.proofs.entry import read_recorded_at, recorded_at_text
from domain.session.facts import Purpose, Signal

EVERY: Final = timedelta(minutes=1)
"""At most one entry per source in this time."""
SOURCES: Final = 20
"""Sources that have entries of their own in that time; all others share one."""
OTHERS: Final = "all other sources"
NAMED: Final = 100
"""Accounts that one entry names: an entry has a largest size."""


class Attempts:
    """Counts, locks, and tells."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def is_locked(self, connection: sqlite3.Connection, person: str) -> bool:
        """Whether no attempt for this account is looked at now."""
        row = connection.execute("SELECT until FROM lock WHERE person = ?", (person,)).fetchone()
        return row is not None and row[0] is not None and self._now() < row[0]

    def failed(
        self, connection: sqlite3.Connection, person: str | None, purpose: Purpose, source: str, *, locks: bool
    ) -> None:
        """Count an attempt that failed; `person` only where the account exists.

        While an account is locked, an attempt neither counts for the lock nor prolongs it.
        """
        self._count(connection, person, purpose, source)
        if locks and person is not None and not self.is_locked(connection, person):
            self._lock(connection, person)

    def note(self, purpose: Purpose, source: str, person: str | None) -> None:
        """Count an attempt that was looked at elsewhere, and record what is due."""
        with self._means.file.writing() as connection:
            self._count(connection, person, purpose, source)
        self.tell()

    def succeeded(self, connection: sqlite3.Connection, person: str) -> None:
        """Begin to count anew."""
        connection.execute("DELETE FROM lock WHERE person = ?", (person,))

    def note_signal(
        self, connection: sqlite3.Connection, person: str, signal: Signal, session: str | None, detail: str
    ) -> None:
        """Note what the genuine owner would hardly do."""
        _to_tell(connection, "signal", {"person": person, "signal": signal, "session": session, "detail": detail})

    def tell(self) -> None:
        """Record what was noted and is due."""
        if not self._means.file.rows("SELECT 1 FROM to_tell UNION ALL SELECT 1 FROM failure LIMIT 1"):
            return
        with self._means.file.writing() as connection:
            self._tell_noted(connection)
            self._tell_failures(connection)

    def _now(self) -> str:
        return recorded_at_text(self._means.now())

    def _count(self, connection: sqlite3.Connection, person: str | None, purpose: Purpose, source: str) -> None:
        place = (self._place(connection, source), purpose)
        row = connection.execute(
            "SELECT since, count, persons FROM failure WHERE source = ? AND purpose = ?", place
        ).fetchone()
        since, count, persons = row or (self._now(), 0, "{}")
        named: dict[str, int] = msgspec.json.decode(persons)
        if person is not None and (person in named or len(named) < NAMED):
            named[person] = named.get(person, 0) + 1
        connection.execute(
            "REPLACE INTO failure (source, purpose, since, count, persons) VALUES (?, ?, ?, ?, ?)",
            (*place, since, count + 1, msgspec.json.encode(named).decode()),
        )

    def _place(self, connection: sqlite3.Connection, source: str) -> str:
        """The source itself, unless so many others came that a flood of them would grow the ledger."""
        busy = {row[0] for row in connection.execute("SELECT source FROM failure UNION SELECT source FROM told")}
        return source if source in busy or len(busy) < SOURCES else OTHERS

    def _lock(self, connection: sqlite3.Connection, person: str) -> None:
        row = connection.execute("SELECT failures FROM lock WHERE person = ?", (person,)).fetchone()
        failures = (row[0] if row else 0) + 1
        span = self._means.limits.lock_after(failures)
        until = None if span is None else self._means.now() + span
        connection.execute(
            "REPLACE INTO lock (person, failures, until) VALUES (?, ?, ?)",
            (person, failures, None if until is None else recorded_at_text(until)),
        )
        if until is not None:
            _to_tell(connection, "lock", {"person": person, "failures": failures, "until": until})

    def _tell_noted(self, connection: sqlite3.Connection) -> None:
        noted = connection.execute("SELECT number, kind, telling FROM to_tell ORDER BY number").fetchall()
        for number, kind, telling in noted:
            given: dict[str, Any] = msgspec.json.decode(telling)
            if kind == "lock":
                until = datetime.fromisoformat(given.pop("until"))
                self._means.recorded.locked(given["person"], failures=given["failures"], until=until)
            else:
                self._means.recorded.signal(
                    given["person"], given["signal"], session=given["session"], detail=given["detail"]
                )
            connection.execute("DELETE FROM to_tell WHERE number = ?", (number,))

    def _tell_failures(self, connection: sqlite3.Connection) -> None:
        now = self._means.now()
        earliest = recorded_at_text(now - EVERY)
        connection.execute("DELETE FROM told WHERE at <= ? OR at > ?", (earliest, recorded_at_text(now)))
        due = connection.execute(
            "SELECT source, purpose, since, count, persons FROM failure"
            " WHERE source NOT IN (SELECT source FROM told) ORDER BY since"
        ).fetchall()
        told: set[str] = set()
        for source, purpose, since, count, persons in due:
            if source in told:
                continue  # a second purpose of the same source: with its next entry
            told.add(source)
            self._means.recorded.failed(
                purpose=purpose,
                source=source,
                since=read_recorded_at(since),
                persons=msgspec.json.decode(persons),
                count=count,
            )
            connection.execute("DELETE FROM failure WHERE source = ? AND purpose = ?", (source, purpose))
            connection.execute("REPLACE INTO told (source, at) VALUES (?, ?)", (source, recorded_at_text(now)))


def _to_tell(connection: sqlite3.Connection, kind: str, telling: Mapping[str, object]) -> None:
    connection.execute(
        "INSERT INTO to_tell (kind, telling) VALUES (?, ?)", (kind, msgspec.json.encode(telling).decode())
    )
