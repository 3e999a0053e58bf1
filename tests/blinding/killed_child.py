"""A process that tells the demonstration with words to be searched for, and is killed while it allocates.

`python -m tests.blinding.killed_child FOLDER`: the kill comes when the rows of the tenth allocation are written
and not yet committed. All that it printed before is searched, too.
"""

import os
import signal
import sys
from pathlib import Path

from adapters.storage.sqlite.writer import SqliteWriter
from tests.blinding.canaries import REAL
from tests.blinding.conftest import tell_demonstration
from tests.blinding.twins import Twin

ALLOCATIONS = 10
DRAWN = "SELECT count(*) FROM vault_entry WHERE type = 'list.slot_drawn.v2'"
COMMIT = SqliteWriter.commit


def commit_or_die(self: SqliteWriter) -> None:
    (drawn,) = self.connection.execute(DRAWN).fetchone()
    if drawn == ALLOCATIONS:
        os.kill(os.getpid(), signal.SIGKILL)
    COMMIT(self)


if __name__ == "__main__":
    setattr(SqliteWriter, "commit", commit_or_die)  # noqa: B010 (a method is not to be assigned to)
    tell_demonstration(Twin(Path(sys.argv[1]), REAL))
