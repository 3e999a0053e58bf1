"""Whatever goes wrong ends in words, a next step and a documented exit code, and shows no value it should not."""

import errno
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest

from adapters.cli import apply, show
from adapters.cli.errors import ExitCode, exit_code_of, told
from domain.errors import (
    ConflictError,
    DamagedLedgerError,
    InDoubtError,
    InvalidInputError,
    LoginError,
    NotFoundError,
    Refusal,
    StorageFullError,
    StorageUnavailableError,
    TrialproofError,
)
from tests.cli.invoking import ROOT, Cli, line

FAMILY: list[tuple[TrialproofError, ExitCode]] = [
    (InvalidInputError("bad_date", "It is no date.", field="x", next_step="Do."), ExitCode.INVALID_INPUT),
    (Refusal("not_allowed", "No.", rule="default-deny", next_step="Ask."), ExitCode.REFUSED),
    (ConflictError("Overtaken.", next_step="Again."), ExitCode.CONFLICT),
    (InDoubtError("Unknown.", next_step="Again."), ExitCode.CONFLICT),
    (NotFoundError("Nothing.", next_step="Look."), ExitCode.NOT_FOUND),
    (LoginError(), ExitCode.NOT_AUTHENTICATED),
    (DamagedLedgerError("Altered.", next_step="Verify."), ExitCode.NOT_VERIFIED),
    (StorageFullError("Full.", next_step="Make room."), ExitCode.STORAGE),
    (StorageUnavailableError("Gone.", next_step="Look."), ExitCode.STORAGE),
]


def kinds(of: type[TrialproofError]) -> set[type[TrialproofError]]:
    return {of}.union(*(kinds(one) for one in of.__subclasses__()))


@pytest.mark.parametrize(("error", "code"), FAMILY, ids=[type(error).__name__ for error, _ in FAMILY])
def test_each_kind_of_error_ends_with_its_code(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, error: TrialproofError, code: ExitCode
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(show, "axes", fails)
    words, data = cli("show", "site", *cli.by("auditor-01")), cli("--json", "show", "site", *cli.by("auditor-01"))

    assert (words.exit_code, data.exit_code) == (code, code)
    assert error.what in words.stderr
    assert f"Next: {error.next_step}" in words.stderr
    shown: dict[str, Any] = json.loads(data.stderr)
    assert (shown["error"], shown["next_step"], shown["exit_code"]) == (error.code, error.next_step, code)
    assert "environment" in shown


def test_every_error_of_the_family_has_a_code() -> None:
    leaves = kinds(TrialproofError) - {TrialproofError}

    assert {kind for kind in leaves if exit_code_of(kind.__new__(kind)) is ExitCode.FAULT} == set()


def test_a_fault_of_the_program_shows_its_place_and_no_value(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        arm = "placebo"
        raise RuntimeError(f"the arm is {arm}")

    monkeypatch.setattr(show, "axes", fails)
    log = cli.folder / "log"
    result = cli("--log", str(log), "show", "site", *cli.by("auditor-01"))

    assert result.exit_code == ExitCode.FAULT
    assert "RuntimeError" in result.stderr
    assert "adapters.cli.show:" in result.stderr
    assert "placebo" not in result.output + log.read_text()
    last = json.loads(log.read_text().splitlines()[-1])
    assert (last["error_types"], last["exit_code"]) == (["RuntimeError"], 70)


def test_a_fault_in_a_process_of_its_own_shows_no_trace_of_values() -> None:
    program = (
        "from adapters.cli import main, setup\n"
        "def fails(run): arm = 'placebo'; raise RuntimeError(arm)\n"
        "from adapters.cli.command import command\n"
        "command(main.app, 'fail')(fails)\n"
        "import sys; sys.argv = ['trialproof', 'fail']; main.main()\n"
    ).replace("def fails(run)", "from adapters.cli.run import Run\ndef fails(run: Run) -> None")

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=ROOT, timeout=60, check=False)

    assert done.returncode == ExitCode.FAULT
    assert b"placebo" not in done.stderr + done.stdout


def test_trouble_with_a_file_names_the_file() -> None:
    error = OSError(errno.EACCES, "Permission denied", "/somewhere/ledger")

    assert exit_code_of(error) is ExitCode.STORAGE
    assert told(error)["message"] == "/somewhere/ledger: Permission denied."


def test_an_interruption_ends_with_130_and_says_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(show, "axes", interrupted)
    result = cli("show", "site", *cli.by("auditor-01"))

    assert (result.exit_code, result.output) == (ExitCode.INTERRUPTED, "")


def test_a_reader_who_leaves_ends_it_without_a_word(cli: Cli) -> None:
    command = [
        sys.executable,
        "-m",
        "adapters.cli.main",
        "--store",
        str(cli.store),
        "show",
        "trial",
        *cli.by("auditor-01"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (ExitCode.READER_LEFT, b"")


def test_trouble_with_the_store_stops_apply_whatever_was_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageFullError("The disk is full.", next_step="Make room.")

    monkeypatch.setattr(apply, "send", full)
    sent = line("record_procedure", {"participant": "001", "procedure": "visit"})
    result = cli("apply", "-", *cli.by("coordinator-01"), "--keep-going", given=f"{sent}\n{sent}")

    assert result.exit_code == ExitCode.STORAGE
    assert [one.split()[1:4] for one in result.stdout.splitlines()] == [
        ["1", "record_procedure", "storage_full:"],
        ["0", "carried", "out,"],
    ]


def test_a_damaged_file_is_told_with_its_next_step(cli: Cli) -> None:
    with closing(sqlite3.connect(cli.store / "ledger.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER entry_no_delete")

    result = cli("show", "trial", *cli.by("auditor-01"))

    assert result.exit_code == ExitCode.NOT_VERIFIED
    assert "entry_no_delete" in result.stderr


def test_what_would_turn_a_terminal_is_shown_by_its_number(cli: Cli) -> None:
    result = cli("show", "participant", "\u202e700\x1b[31m", *cli.by("auditor-01"))

    assert result.exit_code == ExitCode.NOT_FOUND
    assert "⟨U+202E⟩700⟨U+001B⟩[31m" in result.stderr
    assert "\x1b" not in result.stderr
