"""`trialproof release`: packages of a planned reveal and of interim analyses, recorded before a file is written."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.cli.command import TrialOption, command
from adapters.cli.run import Run, code_given
from adapters.cli.sending import send_one
from adapters.standalone import verify_randomisation
from compliance.release import Handover, Release
from compliance.release_package import Package
from domain.errors import InvalidInputError, NotFoundError, StorageUnavailableError

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file, readable by this user alone.")]
Analysis = Annotated[str, typer.Argument(metavar="ANALYSIS", help="The interim analysis, as it was asked for.")]
CLOSED: Final = "It tells arms: keep it where no blinded person can reach it."


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Hand over what unblinds for good, to named recipients.", no_args_is_help=True)
    command(group, "package", group="release")(package)
    command(group, "interim", group="release")(interim)
    command(group, "read", group="release")(read)
    command(group, "read-interim", group="release")(read_interim)
    command(group, "verifier", group="release")(verifier)
    app.add_typer(group, name="release")


def package(
    run: Run,
    recipient: Annotated[str, typer.Option("--recipient", metavar="PERSON", help="A recipient whom the reveal names.")],
    out: Out,
    trial: TrialOption = None,
) -> None:
    """Hand the package of the planned reveal to one of its recipients: seed, lists, and the keys of all envelopes."""
    name, identity = run.trial(trial), run.identity()
    with _new(out) as file:
        made = _releases(run).planned(identity, name, code_given(recipient, "--recipient"))
        _delivered(run, made, name, out, file)


def interim(run: Run, analysis: Analysis, out: Out, trial: TrialOption = None) -> None:
    """Hand the closed package of an interim analysis to the committee's statistician."""
    name, identity = run.trial(trial), run.identity()
    with _new(out) as file:
        made = _releases(run).interim(identity, name, code_given(analysis, "ANALYSIS"))
        _delivered(run, made, name, out, file)


def read(run: Run, out: Out, trial: TrialOption = None) -> None:
    """Make the package again that was delivered to who is logged in; that it was read is recorded."""
    name, identity = run.trial(trial), run.identity()
    with _new(out) as file:
        _written(run, _releases(run).read(identity, name), out, file)


def read_interim(run: Run, analysis: Analysis, out: Out, trial: TrialOption = None) -> None:
    """Make the closed package again that was delivered to who is logged in; that it was read is recorded."""
    name, identity = run.trial(trial), run.identity()
    with _new(out) as file:
        _written(run, _releases(run).read_interim(identity, name, code_given(analysis, "ANALYSIS")), out, file)


def verifier(run: Run, out: Out) -> None:
    """Write the program that verifies a package: one file, for any machine with Python and nothing else."""
    with _new(out) as file:
        _write(file, Path(verify_randomisation.__file__).read_bytes())
    run.output.line(f"{out}: run it with `python3 {out} PACKAGE`", file=str(out))


def _releases(run: Run) -> Release:
    return Release(run.store.ports, lambda ledger, position: _stored(run, ledger, position))


def _stored(run: Run, ledger: str, position: int) -> bytes:
    found = run.store.ledger.stored_page(ledger, after=position - 1, limit=1)
    if not found:
        raise NotFoundError(f"{ledger} has no position {position}.", next_step="Ask for a position up to the head.")
    return found[0].entry


def _delivered(run: Run, made: Handover, trial: str, out: Path, file: int) -> None:
    """Record the delivery, then write the file: whoever has one stands in the ledger."""
    send_one(run, made.command, made.payload, trial=trial)
    _written(run, made.package, out, file)


def _written(run: Run, made: Package, out: Path, file: int) -> None:
    _write(file, made.data)
    run.output.line(
        f"{out}: {made.allocations} allocations, SHA-256 {made.digest}. {CLOSED}",
        file=str(out),
        allocations=made.allocations,
        sha256=made.digest,
    )


@contextmanager
def _new(out: Path) -> Generator[int]:
    """A new, empty file that only this user can read; gone again where nothing comes to stand in it."""
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise InvalidInputError(
            "file_exists", f"There is a file {out} already.", field="--out", next_step="Name a new file."
        ) from error
    except OSError as error:
        raise StorageUnavailableError(
            f"The file {out} could not be made: {error.strerror}.", next_step="Name a folder that takes new files."
        ) from error
    try:
        yield handle
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


def _write(file: int, data: bytes) -> None:
    with os.fdopen(os.dup(file), "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(file)
