"""Sets passwords: under the owner's key, never one of the last ten."""

import sqlite3

from adapters.identity.means import Account, Means
from adapters.identity.passwords import weak
from compliance.proofs.entry import recorded_at_text

_COUNTED = "person = ? AND id NOT IN (SELECT password FROM one_time WHERE password IS NOT NULL AND used = 0)"
"""Those that were ever in use: not one that an invitation would set."""


class SetPasswords:
    """The digests of passwords; which one counts, the ledger says."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def check_unused(self, account: Account, password: str) -> None:
        """InvalidInputError for one of the last passwords that this person had."""
        rows = self._means.file.rows(
            f"SELECT digest FROM password WHERE {_COUNTED} ORDER BY rowid DESC LIMIT ?",  # noqa: S608 (the condition is a constant)
            account.id,
            self._means.limits.password_history,
        )
        key = self._means.key_of(account).key
        if any(self._means.hashing.is_right(digest, password, key) for (digest,) in rows):
            raise weak(f"It is one of the last {self._means.limits.password_history}.")

    def digest(self, account: Account, password: str) -> str:
        """The slow work, outside any transaction."""
        return self._means.hashing.digest(password, self._means.key_of(account).key)

    def add(self, connection: sqlite3.Connection, account: Account, digest: str) -> str:
        """Keep a digest; its credential id."""
        credential = self._means.new_id()
        connection.execute(
            "INSERT INTO password (id, person, set_at, digest) VALUES (?, ?, ?, ?)",
            (credential, account.id, recorded_at_text(self._means.now()), digest),
        )
        return credential

    def forget_oldest(self, account: Account) -> None:
        """Keep the history and no more."""
        with self._means.file.writing() as connection:
            connection.execute(
                "DELETE FROM password WHERE person = ?1 AND id NOT IN"
                " (SELECT id FROM password WHERE person = ?1 ORDER BY rowid DESC LIMIT ?2)",
                (account.id, self._means.limits.password_history + 1),
            )
