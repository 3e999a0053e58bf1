"""Secrets, asked for when they are needed: from the terminal without echo, or from lines that a script gives.

A secret comes in no argument and no environment variable, where a history or a list of processes would show it,
and no error repeats one.
"""

import os
import stat
import sys
import warnings
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import nullcontext
from getpass import GetPassWarning, getpass
from pathlib import Path
from typing import IO, Annotated, Final, Literal

import typer

from adapters.cli.files import STDIN
from domain.errors import InvalidInputError, NotFoundError

Name = Literal["password", "code", "new_password", "secret"]

QUESTIONS: Final[dict[Name, str]] = {
    "password": "Password: ",
    "code": "Code of the authenticator app: ",
    "new_password": "New password: ",
    "secret": "One-time secret: ",
}
AGAIN: Final = "The same again: "
OPTION: Final = "--secrets-from"
LONGEST: Final = 4096
FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
HELP: Final = (
    'Read secrets from the lines of a private file, as password=... or code=...; "-" is standard input.'
    " (default: ask at the terminal, without echo)"
)

SecretsFrom = Annotated[Path | None, typer.Option(OPTION, metavar="FILE", help=HELP)]


class Asking:
    """Asks for secrets; each line of a script is one answer, and is used once."""

    def __init__(self, source: Path | None) -> None:
        self._source = source
        self._unread = None if source is None else _lines(source)
        self._answers: defaultdict[str, deque[str]] = defaultdict(deque)

    @property
    def by_script(self) -> bool:
        """Whether lines answer, and nobody at a terminal."""
        return self._unread is not None

    def ask(self, name: Name) -> str:
        """The secret of that name; InvalidInputError where nobody gives it."""
        if self._unread is None:
            return _typed(QUESTIONS[name])
        while not self._answers[name]:
            found = next(self._unread, None)
            if found is None:
                raise InvalidInputError(
                    "secret_missing",
                    f"No line {name}=... is left.",
                    field=OPTION,
                    next_step="Give one line for each time that the secret is asked for.",
                )
            given, answer = found
            self._answers[given].append(answer)
        return self._answers[name].popleft()

    def ask_new(self, name: Name) -> str:
        """A secret that is set now: typed twice at a terminal, where nobody sees it."""
        first = self.ask(name)
        if not self.by_script and _typed(AGAIN) != first:
            raise InvalidInputError(
                "typed_differently", "The two were not the same; nothing was set.", next_step="Try again."
            )
        return first


def _typed(question: str) -> str:
    """What somebody types unseen; a terminal that would show it is not asked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            return getpass(question)
    except (GetPassWarning, EOFError):
        raise InvalidInputError(
            "no_terminal",
            "There is no terminal at which a secret could be typed unseen, or it was closed.",
            field=OPTION,
            next_step="Run this at a terminal, or give the secrets with --secrets-from.",
        ) from None


def _lines(source: Path) -> Iterator[tuple[str, str]]:
    """Names and answers, line by line, as they are needed."""
    with _private(source) if source != STDIN else nullcontext(_standard_input()) as file:
        number = 0
        while line := file.readline(LONGEST):
            number += 1
            name, equals, answer = _text(line, number).partition("=")
            if not equals or name not in QUESTIONS:
                raise _unreadable(number)
            yield name, answer


def _standard_input() -> IO[bytes]:
    if sys.stdin.isatty():
        raise InvalidInputError(
            "secrets_would_show",
            "Standard input is a terminal, which would show what is typed.",
            field=OPTION,
            next_step="Leave --secrets-from out: secrets are then asked for without echo.",
        )
    return sys.stdin.buffer


def _private(path: Path) -> IO[bytes]:
    """The file, if it is this user's and nobody else can read it; a pipe of this user will do as well."""
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.", next_step="Check the path.") from error
    found = os.fstat(file.fileno())
    if found.st_uid != os.geteuid() or found.st_mode & FOR_OTHERS:
        file.close()
        raise InvalidInputError(
            "secrets_open_to_others",
            f"The file {path.name} can be read by others, or belongs to somebody else.",
            field=OPTION,
            next_step="Take it from everybody else: chmod 600. Change the secrets if anybody may have read it.",
        )
    return file


def _text(line: bytes, number: int) -> str:
    try:
        return line.removesuffix(b"\n").removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        raise _unreadable(number) from None


def _unreadable(number: int) -> InvalidInputError:
    return InvalidInputError(
        "bad_secret_line",
        f"Line {number} is not of the form NAME=SECRET with one of the names {', '.join(QUESTIONS)}.",
        field=OPTION,
        next_step="Correct the line.",
    )
