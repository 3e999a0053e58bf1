"""Where the store, its secret and the session are: options before or after the command, or the environment."""

import os
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from domain.errors import InvalidInputError

STORE: Final = "TRIALPROOF_STORE"
KEY_FILE: Final = "TRIALPROOF_KEY_FILE"
SESSION: Final = "TRIALPROOF_SESSION"
LOG: Final = "TRIALPROOF_LOG"
STATE: Final = "XDG_STATE_HOME"
DEFAULT_STORE: Final = Path("trialproof-store")


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for one invocation; None is "not said"."""

    store: Path | None = None
    key_file: Path | None = None
    session: Path | None = None
    as_json: bool = False
    log: str | None = None

    def over(
        self, *, store: Path | None, key_file: Path | None, session: Path | None, as_json: bool, log: str | None
    ) -> Self:
        """The same, with what was said after the command over what was said before it."""
        return replace(
            self,
            store=store or self.store,
            key_file=key_file or self.key_file,
            session=session or self.session,
            as_json=as_json or self.as_json,
            log=log or self.log,
        )

    @property
    def folder(self) -> Path:
        """The folder of the store."""
        return (self.store or DEFAULT_STORE).resolve()

    @property
    def secret(self) -> Path:
        """The file with the secret; by default beside the store, under its name and `.key`, never inside it."""
        chosen = self.key_file.resolve() if self.key_file else self.folder.with_name(f"{self.folder.name}.key")
        return self._outside(chosen, "key_file", "--key-file", KEY_FILE)

    @property
    def session_file(self) -> Path:
        """The file that holds who is logged in; by default one for each user and store, never inside the store."""
        chosen = self.session.absolute() if self.session else state_folder() / f"{self._name_of_store}.session"
        self._outside(chosen.resolve(), "session_file", "--session", SESSION)
        return chosen

    @property
    def _name_of_store(self) -> str:
        return sha256(os.fsencode(self.folder)).hexdigest()[:32]

    def _outside(self, chosen: Path, what: str, option: str, setting: str) -> Path:
        if chosen.is_relative_to(self.folder):
            raise InvalidInputError(
                f"{what}_in_store",
                f"The {what.replace('_', ' ')} {chosen.name} would lie inside the store, so that one copy would take"
                " both.",
                field=setting,
                next_step=f"Name a file outside {self.folder.name} with {option} or {setting}.",
            )
        return chosen


def state_folder() -> Path:
    """Where programs keep what outlives them and matters to one user on one machine (XDG base directories)."""
    named = Path(os.environ.get(STATE, ""))
    return (named if named.is_absolute() else Path.home() / ".local" / "state") / "trialproof"
