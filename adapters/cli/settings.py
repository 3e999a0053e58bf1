"""Where the store and its secret are: options before or after the command, or the environment."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from domain.errors import InvalidInputError

STORE: Final = "TRIALPROOF_STORE"
KEY_FILE: Final = "TRIALPROOF_KEY_FILE"
LOG: Final = "TRIALPROOF_LOG"
DEFAULT_STORE: Final = Path("trialproof-store")


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for one invocation; None is "not said"."""

    store: Path | None = None
    key_file: Path | None = None
    as_json: bool = False
    log: str | None = None

    def over(self, *, store: Path | None, key_file: Path | None, as_json: bool, log: str | None) -> Self:
        """The same, with what was said after the command over what was said before it."""
        return replace(
            self,
            store=store or self.store,
            key_file=key_file or self.key_file,
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
        if chosen.is_relative_to(self.folder):
            raise InvalidInputError(
                "key_file_in_store",
                f"The key file {chosen.name} would lie inside the store, so that one copy would take both.",
                field=KEY_FILE,
                next_step=f"Name a file outside {self.folder.name} with --key-file or {KEY_FILE}.",
            )
        return chosen
