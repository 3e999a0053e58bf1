"""Log lines: JSON, one event a line, redacted before anything else sees them.

The ledger is the record of who did what; the log is for those who run the software. It says which command
came to what, when and where it stands, and nothing of what was in it.
"""

import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import IO, Any, NoReturn, cast

import structlog
from structlog.typing import FilteringBoundLogger

from adapters.redaction import redacted
from compliance.conduct import Conduct, Done
from compliance.envelope import Envelope
from compliance.gate import Identity
from domain.errors import TrialproofError

Log = FilteringBoundLogger
STDERR = "-"


@contextmanager
def open_log(target: str | None) -> Generator[Log]:
    """A log that goes to a file (added to, readable by its owner alone), to standard error (`-`), or nowhere."""
    if target is None:
        yield _log(None)
    elif target == STDERR:
        yield _log(sys.stderr)
    else:
        with os.fdopen(os.open(Path(target), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            yield _log(file)


def _log(file: IO[str] | None) -> Log:
    wrapped = structlog.wrap_logger(
        None if file is None else structlog.WriteLogger(cast("Any", file)),
        processors=[
            _nowhere if file is None else redacted,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        context_class=dict,
        cache_logger_on_first_use=False,
    )
    return cast("Log", wrapped)


def _nowhere(_: Any, __: str, ___: Any) -> NoReturn:
    raise structlog.DropEvent


class LibraryMessages(logging.Handler):
    """What libraries log goes through here: that one spoke, never what it said."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Name the library."""
        self._log.warning("library.message", library=record.name.partition(".")[0].lower())


def place(ledger: str, position: int) -> str:
    """`trial:NCT03458156@17`; of a vault without the position, since its size is for its clearance only."""
    return ledger if ledger.startswith("vault:") else f"{ledger}@{position}"


def places_of(done: Done) -> list[str]:
    """Where the entries of a command stand."""
    return list(dict.fromkeys(place(ledger, position) for ledger, position in done.placed))


def carried_out(conduct: Conduct, envelope: Envelope, identity: Identity, *, trial: str | None, log: Log) -> Done:
    """Carry a command out, and log what it came to: with its entries, or with the code of its error."""
    started = monotonic()
    log = log.bind(command_name=envelope.command.NAME, command_id=envelope.command_id, correlation=envelope.correlation)
    try:
        done = conduct.carry_out(envelope, identity, trial=trial)
    except TrialproofError as error:
        log.warning("command.not_carried_out", came_to=error.code, duration_ms=_since(started))
        raise
    came_to = "repeated" if done.repeated else "done"
    log.info("command.carried_out", came_to=came_to, entries=places_of(done), duration_ms=_since(started))
    return done


def _since(started: float) -> int:
    return int((monotonic() - started) * 1000)
