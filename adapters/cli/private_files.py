"""Files that only this user can read, each put in the place of any before it as a whole."""

import os
from pathlib import Path
from secrets import token_hex
from typing import Final

ONLY_MINE: Final = 0o600
ONLY_MY_FOLDER: Final = 0o700


def write_private(path: Path, data: bytes) -> None:
    """Write the file under another name first, so that nobody meets half of it, or the rights of an earlier one."""
    path.parent.mkdir(mode=ONLY_MY_FOLDER, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{token_hex(8)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, ONLY_MINE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
