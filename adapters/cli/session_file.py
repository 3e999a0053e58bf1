"""Who is logged in here: a session token in a file of one user, never in an argument or the environment.

The token is as good as the credentials until the session ends, so a file that others can read is not used.
"""

import os
import re
import stat
from pathlib import Path
from secrets import token_hex
from typing import Final

from domain.errors import InvalidInputError, LoginError

FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
LONGEST: Final = 512
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{16,500}\n?", re.ASCII)


class NotLoggedInError(LoginError):
    """No session is kept here."""

    code = "not_logged_in"

    def __init__(self) -> None:
        super().__init__("Nobody is logged in here.", next_step="Log in with `trialproof login PERSON`.")


def read_token(path: Path, *, to_end: bool = False) -> str | None:
    """The token; None where nobody is logged in. InvalidInputError for a file that others can reach.

    To end a session such a file is read all the same, since whoever saw it must not go on with it.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, encoding="ascii", errors="replace") as file:
        found = os.fstat(file.fileno())
        strange = not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid()
        if strange or (found.st_mode & FOR_OTHERS and not to_end):
            raise InvalidInputError(
                "session_file_open_to_others",
                f"The session file {path.name} can be reached by others, or belongs to somebody else.",
                field="--session",
                next_step="Treat the session as stolen: end it with `trialproof logout`, then log in again.",
            )
        text = file.read(LONGEST)
    if _TOKEN.fullmatch(text) is None:
        if to_end:
            return None
        raise InvalidInputError(
            "bad_session_file",
            f"The session file {path.name} holds no session.",
            field="--session",
            next_step="Take it away with `trialproof logout`, then log in again.",
        )
    return text.rstrip("\n")


def write_token(path: Path, token: str) -> None:
    """Put the token into a new file that only this user can read, and that file in the place of any before it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{token_hex(8)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{token}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def remove_token(path: Path) -> None:
    """Take the file away; a token in it counts as long as its session, so end that first."""
    path.unlink(missing_ok=True)
