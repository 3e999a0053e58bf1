"""One invocation of a command: its settings, its correlation id, its log, its output, and how it ends."""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from math import inf
from time import monotonic
from types import TracebackType
from uuid import UUID, uuid4

import typer
from pydantic import TypeAdapter, ValidationError

from adapters.cli.errors import ExitCode, exit_code_of, told
from adapters.cli.output import UNKNOWN, Output
from adapters.cli.session_file import NotLoggedInError, read_token
from adapters.cli.settings import Settings
from adapters.logs import LibraryMessages, Log
from adapters.wiring import Store, open_store_at_its_time
from compliance.contexts import environment_of
from compliance.gate import Identity
from compliance.inquire import Inquire
from domain.errors import InvalidInputError, NotFoundError
from domain.input import Code, Reference

PASSED_ON = (typer.Exit, typer.Abort, typer.BadParameter)
"""How typer itself ends a command."""
ORIGINATOR = "trialproof-cli"
FRESH_SECONDS = 30
_CODE: TypeAdapter[str] = TypeAdapter(Code)
_WORDS: TypeAdapter[str] = TypeAdapter(Reference)


class Run:
    """What a command works with; the store is opened when it is first asked for."""

    def __init__(self, name: str, settings: Settings, stack: ExitStack, log: Log, output: Output) -> None:
        self.name = name
        self.settings = settings
        self.output = output
        self.new_id: Callable[[], UUID] = uuid4
        self.correlation = self.new_id()
        self.log = log.bind(invocation=name, correlation=self.correlation)
        self._stack = stack
        self._store: Store | None = None
        self._identity: Identity | None = None
        self._asked = monotonic()

    @property
    def store(self) -> Store:
        """The store, open and set up; from now on the output says its environment."""
        if self._store is None:
            self.use(open_store_at_its_time(self.settings.folder, self.settings.secret))
        if self.output.environment == UNKNOWN:
            self.says(environment_of(self.opened.ledger))
        return self.opened

    def says(self, environment: str) -> None:
        """From now on every line of output and log says this environment."""
        self.output.environment = environment
        self.log = self.log.bind(store_environment=environment)

    def open(self) -> None:
        """Open the store before anything else, so that every line that follows says its environment."""
        assert self.store

    @property
    def opened(self) -> Store:
        """The store that was opened before."""
        assert self._store is not None
        return self._store

    def use(self, store: Store, identity: Identity | None = None) -> None:
        """Work with this store, for who is logged in there already; it is closed when the invocation ends."""
        self._store, self._identity = store, identity
        self._asked = inf if identity else self._asked
        self._stack.callback(store.close)

    def act_as(self, identity: Identity) -> None:
        """Go on for somebody else who is logged in at this store."""
        self._identity = identity

    def number_by(self, new_id: Callable[[], UUID]) -> None:
        """Take ids from here: a demonstration's are the same every time."""
        self.new_id = new_id
        self.correlation = new_id()

    @property
    def inquire(self) -> Inquire:
        """The one place that reads for someone."""
        return Inquire(self.store.ports)

    def identity(self) -> Identity:
        """Who is logged in here; LoginError where nobody is, or the session is over.

        A long invocation asks again now and then: work keeps a session from being idle.
        """
        if self._identity is None or monotonic() - self._asked > FRESH_SECONDS:
            store, self._asked = self.store, monotonic()
            self._identity = store.authenticator.identity(self.token(), originator=ORIGINATOR)
        return self._identity

    def token(self) -> str:
        """The session of this user on this store."""
        token = read_token(self.settings.session_file)
        if token is None:
            raise NotLoggedInError
        return token

    def trial(self, named: str | None) -> str:
        """The trial named, or the only one of the store."""
        known = self.trials()
        if named is not None:
            if code_given(named, "--trial") not in known:
                raise NotFoundError(
                    f"There is no trial {named} in this store.",
                    next_step="List the trials with `trialproof doctor`, or import one.",
                )
            return named
        if len(known) == 1:
            return known[0]
        if not known:
            raise NotFoundError(
                "There is no trial in this store yet.",
                next_step="Import one with `trialproof trial import FILE`.",
            )
        raise InvalidInputError(
            "which_trial",
            f"This store holds {len(known)} trials: {', '.join(known)}.",
            field="--trial",
            next_step="Say which one is meant with --trial.",
        )

    def trials(self) -> list[str]:
        """The trials of the store, by id."""
        kinds = (ledger.partition(":") for ledger in self.store.ledger.ledgers())
        return [trial for kind, _, trial in kinds if kind == "trial"]


def code_given(text: str, option: str) -> str:
    """An id from the command line: it becomes part of a stream's name, so nothing else than a code will do."""
    try:
        return _CODE.validate_python(text)
    except ValidationError as error:
        raise InvalidInputError(
            "bad_form",
            f"{text[:64]!r} is not an id.",
            field=option,
            next_step="An id has letters, digits and . _ : + - only, at most 64, and begins with a letter or digit.",
        ) from error


def words_given(text: str, option: str) -> str:
    """One line of words from the command line that is going to be recorded."""
    try:
        return _WORDS.validate_python(text)
    except ValidationError as error:
        why = error.errors(include_url=False, include_context=False, include_input=False)[0]["msg"]
        raise InvalidInputError(
            "bad_words", f"{why}.", field=option, next_step="Say it in at most 256 characters of plain text."
        ) from error


class Ending:
    """Turns what ends an invocation into words on standard error and an exit code."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, PASSED_ON) or not isinstance(error, Exception | KeyboardInterrupt):
            return
        code = exit_code_of(error)
        if code is ExitCode.READER_LEFT:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        elif code is not ExitCode.INTERRUPTED:
            self._output.trouble(told(error), exit_code=int(code))
        raise typer.Exit(code) from None


class Logged:
    """Logs the end of an invocation: its exit code and how long it took."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._started = monotonic()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        code = 0 if error is None else error.exit_code if isinstance(error, typer.Exit) else exit_code_of(error)
        self._run.log.info(
            "invocation.ended",
            exit_code=int(code),
            came_to=told(error)["error"] if isinstance(error, Exception) and not isinstance(error, PASSED_ON) else None,
            exc_info=error if code == ExitCode.FAULT else None,
            store_environment=self._run.output.environment,
            duration_ms=int((monotonic() - self._started) * 1000),
        )


class Libraries:
    """Routes what libraries log into the log, for as long as an invocation lasts."""

    def __init__(self, log: Log) -> None:
        self._handler = LibraryMessages(log)

    def __enter__(self) -> None:
        logging.getLogger().addHandler(self._handler)

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self._handler)
