"""`trialproof ledger verify`: the independent check of a store's ledgers, without keys, without trust in the file."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Annotated, Final, Protocol

import typer

import domain.facts  # noqa: F401  # pyright: ignore[reportUnusedImport]  # fills the register of event types
from adapters.cli.errors import ExitCode
from adapters.cli.progress import Advance, progress
from adapters.cli.run import Run
from adapters.wiring import look_at
from compliance.proofs.tree import Frontier, leaf_hash
from compliance.proofs.verdict import Finding, HeldHead, Verdict, failed
from compliance.proofs.verify import StoredHead, StoredRow, verify_ledger
from domain.catalogue import event_types
from domain.errors import DamagedLedgerError, NotFoundError
from domain.upcasts import STEPS

KNOWN_TYPES: Final = frozenset({*STEPS, *(row.name for row in event_types())})
HELD: Final = "A head that was kept outside the store, as LEDGER=SIZE:ROOT; may be given several times."


class File(Protocol):
    """A ledger file as it lies there."""

    def ledgers(self) -> list[str]: ...
    def rows(self, ledger: str) -> Iterator[StoredRow]: ...
    def head(self, ledger: str) -> StoredHead | None: ...


def verify(
    run: Run,
    ledger: Annotated[str | None, typer.Argument(help="One ledger. (default: all of the store)")] = None,
    held: Annotated[list[str] | None, typer.Option("--held", metavar="LEDGER=SIZE:ROOT", help=HELD)] = None,
) -> None:
    """Check every entry, the tree, the head and heads held elsewhere; name the first bad position.

    It needs the ledger file alone: no key store, no secret. It stops at the first thing that is wrong in a ledger.
    """
    heads = [HeldHead.parse(text) for text in held or ()]
    with closing(look_at(run.settings.folder)) as file:
        verdicts = [_verdict(run, file, name, heads) for name in _chosen(file, ledger, heads)]
    _tell_limits(run, verdicts)
    if not all(verdict.ok for verdict in verdicts):
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def _chosen(file: File, ledger: str | None, heads: Sequence[HeldHead]) -> list[str]:
    known = sorted({*file.ledgers(), *(head.ledger for head in heads)})
    if ledger is None:
        return known
    if ledger not in known:
        raise NotFoundError(f"There is no ledger {ledger} here.", next_step=f"There are {', '.join(known)}.")
    return [ledger]


def _verdict(run: Run, file: File, ledger: str, heads: Sequence[HeldHead]) -> Verdict:
    with progress(f"verifying {ledger}", _size(file, ledger)) as advance:
        reading = Reading(file, ledger, advance)
        verdict = reading.verdict(heads)
    run.says(verdict.environment or "unknown")
    held_as = f"{ledger}={verdict.size}:{verdict.root}"
    run.output.line(f"{ledger}: {verdict.line()}", **{**asdict(verdict), "held_as": held_as})
    return verdict


def _size(file: File, ledger: str) -> int | None:
    """How long it will take; a head that cannot be read is the verification's business."""
    try:
        head = file.head(ledger)
    except DamagedLedgerError:
        return None
    return head.size if head else None


class Reading:
    """Reads a ledger once, and remembers how far it came where the file itself cannot be read on."""

    def __init__(self, file: File, ledger: str, advance: Advance) -> None:
        self._file, self._ledger, self._advance = file, ledger, advance
        self._read = Frontier.empty()

    def verdict(self, heads: Sequence[HeldHead]) -> Verdict:
        """The verdict, also where the file gives way."""
        position = None
        try:
            head = self._file.head(self._ledger)
            position = 1
            return verify_ledger(self._ledger, self._rows(), head, held=heads, known_types=KNOWN_TYPES)
        except DamagedLedgerError as error:
            bad = Finding(position and self._read.size + 1, "file_unreadable", error.what)
            return failed(self._ledger, self._read.size, self._read.root(), None, bad)

    def _rows(self) -> Iterator[StoredRow]:
        for row in self._file.rows(self._ledger):
            yield row
            self._read = self._read.append(leaf_hash(row.entry))
            self._advance(1)


def _tell_limits(run: Run, verdicts: Sequence[Verdict]) -> None:
    """What the verdicts do not show; as data it stands in each of them."""
    if run.output.as_json:
        return
    for sentence in dict.fromkeys(sentence for verdict in verdicts for sentence in verdict.does_not_show):
        run.output.line(f"Not shown: {sentence}")
