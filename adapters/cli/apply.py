"""`trialproof apply`: one command a line, each read strictly, each carried out once however often it is sent."""

import os
from collections import Counter
from io import UnsupportedOperation
from pathlib import Path
from typing import IO, Annotated, Any, Final

import typer

from adapters.cli.asking import Asking, SecretsFrom
from adapters.cli.command import TrialOption, command
from adapters.cli.errors import exit_code_of, told
from adapters.cli.files import STDIN, lines, opened
from adapters.cli.owing import in_words, owed_by, row_of
from adapters.cli.progress import progress
from adapters.cli.run import Run, code_given
from adapters.cli.sending import in_short, send
from adapters.cli.signing import Signing
from adapters.logs import places_of
from compliance.conduct import Done
from compliance.envelope import MAX_BYTES, Envelope, read_envelope
from compliance.signing import ToSign
from domain.commands import COMMANDS
from domain.errors import ConflictError, InvalidInputError, NotFoundError, Refusal, TrialproofError
from domain.trial.commands import RegisterTrial

ONE_LINE_ONLY: Final = (Refusal, InvalidInputError, ConflictError, NotFoundError)
"""What concerns one command alone: --keep-going goes on after these, and after nothing else."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "apply")(apply)


def apply(
    run: Run,
    file: Annotated[
        Path | None, typer.Argument(help='A file with one command a line, as JSON; "-" is standard input.')
    ] = None,
    trial: TrialOption = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign at once what a command asks you to sign; components are asked for.")
    ] = False,
    secrets_from: SecretsFrom = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Go on after a command that was refused or cannot be read.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the commands that a line may hold, and end.")] = False,
) -> None:
    """Carry commands out, one a line, and print a result for each; stop at the first that is not carried out.

    An act that asks for a signature says so in its result; without --sign it stays to be signed.
    """
    if listed:
        _list(run)
        return
    if file is None:
        raise typer.BadParameter("Give FILE, or --list.")
    if sign and file == STDIN == secrets_from:
        raise typer.BadParameter("Commands and secrets cannot both come from standard input.")
    run.identity()
    signing = Signing(run, Asking(secrets_from)) if sign else None
    applying = Applying(run, None if trial is None else code_given(trial, "--trial"), signing)
    with opened(file) as source, progress("applying", _size(source)) as advance:
        for number, raw in lines(source, MAX_BYTES):
            error = applying.line(number, raw)
            advance(len(raw) + 1)
            if error is not None and not (keep_going and isinstance(error, ONE_LINE_ONLY)):
                break
    applying.end()


class Applying:
    """Sends line after line and counts what became of them."""

    def __init__(self, run: Run, trial: str | None, signing: Signing | None) -> None:
        self._run, self._named, self._signing = run, trial, signing
        self._found: str | None = None
        self._counts = Counter[bool]()
        self._first: TrialproofError | None = None

    def line(self, number: int, raw: bytes) -> TrialproofError | None:
        """Send one line and print what it came to; the error that kept it, or its signature, from being carried out."""
        envelope: Envelope | None = None
        error: TrialproofError | None = None
        owed: list[ToSign] = []
        try:
            envelope = read_envelope(raw)
            done = send(self._run, envelope, self._run.identity(), self._trial_of(envelope))
            owed = list(owed_by(self._run, done))
            text, result = _done_in_words(done, owed), _carried_out(done, owed)
        except TrialproofError as failure:
            error = self._failed(failure)
            text, result = _in_words(failure), _not_carried_out(failure)
        self._counts[error is None] += 1
        name = envelope.command.NAME if envelope else None
        self._run.output.line(
            f"{number} {name or '-'} {result['outcome']}: {text}",
            line=number,
            command=name,
            command_id=str(envelope.command_id) if envelope else None,
            **result,
        )
        return error or self._sign(number, owed)

    def _sign(self, number: int, owed: list[ToSign]) -> TrialproofError | None:
        """Sign what the sender owes for the line."""
        if self._signing is None or self._found is None:
            return None
        own = self._run.identity().person
        try:
            for one in owed:
                if one.signer == own:
                    self._signing.sign(self._found, one)
        except TrialproofError as failure:
            self._run.output.line(
                f"{number} sign_record {failure.code}: {_in_words(failure)}",
                line=number,
                command="sign_record",
                **_not_carried_out(failure),
            )
            return self._failed(failure)
        return None

    def _failed(self, failure: TrialproofError) -> TrialproofError:
        self._first = self._first or failure
        return failure

    def end(self) -> None:
        """Print the counts; leave with the code of the first error."""
        done, failed = self._counts[True], self._counts[False]
        self._run.output.line(f"{done} carried out, {failed} not.", carried_out=done, not_carried_out=failed)
        self._run.log.info("apply.ended", commands_done=done, commands_not_done=failed)
        if self._first is not None:
            raise typer.Exit(exit_code_of(self._first))

    def _trial_of(self, envelope: Envelope) -> str | None:
        match envelope.command:
            case command if command.SYSTEM:
                return None
            case RegisterTrial() if self._named is None:
                raise InvalidInputError(
                    "which_trial",
                    "A new trial needs an id.",
                    field="--trial",
                    next_step="Say with --trial which id it gets.",
                )
            case RegisterTrial():
                return self._named
            case _:
                self._found = self._found or self._run.trial(self._named)
                return self._found


def _carried_out(done: Done, owed: list[ToSign]) -> dict[str, Any]:
    result = {"outcome": "done", "entries": places_of(done), "repeated": done.repeated}
    return {**result, "to_sign": [row_of(one) for one in owed]} if owed else result


def _done_in_words(done: Done, owed: list[ToSign]) -> str:
    return "; ".join((in_short(done), *map(in_words, owed)))


def _not_carried_out(error: TrialproofError) -> dict[str, Any]:
    return {"outcome": error.code, "entries": (), **told(error)}


def _in_words(error: TrialproofError) -> str:
    field = getattr(error, "field", "")
    return f"{error.what} {f'({field}) ' if field else ''}{error.next_step}"


def _size(source: IO[bytes]) -> int | None:
    try:
        return os.fstat(source.fileno()).st_size or None
    except UnsupportedOperation:
        return None


def _list(run: Run) -> None:
    run.says("none")
    rows = (
        {"command": name, "what": (kind.__doc__ or "").partition("\n")[0], "reason_needed": kind.NEEDS_REASON}
        for name, kind in sorted(COMMANDS.items())
    )
    columns = {"command": "command", "what": "what it does", "reason_needed": "needs a reason"}
    run.output.table("Commands", columns, rows, of="command")
