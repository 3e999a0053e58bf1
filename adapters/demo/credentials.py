"""The file `demo-credentials`: with what the fictional people log in, for whoever wants to look around as one of them.

It stands beside the store, never inside it. What it holds is no secret of anybody's: it opens this demonstration
and nothing else, and no deployment writes such a file.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from pyotp.totp import TOTP

from adapters.demo.doors import STEP, Held
from domain.errors import NotFoundError

FILE: Final = "demo-credentials"
HEAD: Final = """\
# Fictional demonstration secrets, made by `trialproof demo`. They open this demonstration and nothing else:
# the same ones every time, known to everybody, belonging to nobody.
# person, password, secret of the authenticator app (RFC 6238, base 32)
"""


def write(path: Path, held: Mapping[str, Held]) -> None:
    """Write the file, for its owner alone: a login reads secrets from private files only."""
    lines = (f"{person}\t{one.password}\t{one.otp_secret}\n" for person, one in sorted(held.items()))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines((HEAD, *lines))


def answers(path: Path, person: str, now: datetime) -> Iterable[str]:
    """The lines that `trialproof login --secrets-from -` reads, for one of the people, at the store's time."""
    rows = (line.split("\t") for line in path.read_text().splitlines() if not line.startswith("#"))
    for name, password, otp_secret in rows:
        if name == person:
            return (f"password={password}", f"code={TOTP(otp_secret, interval=STEP).at(now)}")
    raise NotFoundError(
        f"Nobody in this demonstration is called {person}.", next_step=f"The people are listed in {path}."
    )
