"""A log line holds codes, ids, numbers and places of entries: whatever it is given, no content of a fact passes."""

import io
import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

import domain.facts  # noqa: F401  # pyright: ignore[reportUnusedImport]  # fills the register of event types
from adapters.logs import LibraryMessages, Log, open_log, place
from adapters.redaction import FORMS
from domain.catalogue import EventType, event_types
from domain.record import Context
from tests.cli.invoking import TRIAL, Cli, line

TELLTALES = (
    "placebo",
    "Belimumab 10 mg/kg",
    "umbilical_cord_cells",
    "Dr. Ada Example",
    "ada.example@hospital.example",
    "The participant fell off a horse.",
    "A",
    "1",
    "B+",
    "3",
)
EVERY_TYPE = tuple(event_types())
MAY_SHARE_A_NAME = {"correlation", "causation", "command_id"}
"""Names that the log has in common with the context of entries: ids, and nothing but ids."""


@contextmanager
def logging_to(file: Path) -> Generator[Log]:
    with open_log(str(file)) as log:
        yield log


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in file.read_text().splitlines()]


@pytest.mark.parametrize("row", EVERY_TYPE, ids=[row.name for row in EVERY_TYPE])
def test_no_field_of_any_fact_can_pass(tmp_path: Path, row: EventType) -> None:
    names = [field.name for field in row.fields]

    with logging_to(tmp_path / "log") as log:
        for telltale in TELLTALES:
            fields: dict[str, Any] = dict.fromkeys(names, telltale)
            nested = {name: {"label": telltale, "text": [telltale]} for name in names}
            log.info("command.carried_out", **fields)
            log.bind(**fields).error("command.carried_out", whole=fields, exc_info=telltale)
            log.warning("command.carried_out", **nested)

    told = lines(tmp_path / "log")
    assert len(told) == 3 * len(TELLTALES)
    assert all(set(one) - {"withheld"} == {"at", "event", "level"} for one in told)
    assert {one.get("withheld", 0) for one in told} == {len(names), len(names) + 1}


def test_no_name_on_the_list_is_the_name_of_a_facts_field() -> None:
    of_facts = {field.name for row in EVERY_TYPE for field in row.fields}
    of_contexts = set(Context.__struct_fields__)

    assert FORMS.keys() & (of_facts | of_contexts) == MAY_SHARE_A_NAME


NO_FORM: tuple[Any, ...] = (
    "Belimumab 10 mg/kg",
    "The participant fell.",
    "Dr. Ada Example",
    "ada@hospital.example",
    "Grüße",
    "",
    "x" * 2000,
    1.5,
    b"bytes",
    ["Belimumab 10 mg/kg"],
    {"label": "placebo"},
    None,
    True,
)


@pytest.mark.parametrize("name", sorted(FORMS.keys() - {"event"}))
def test_no_name_on_the_list_takes_free_text(tmp_path: Path, name: str) -> None:
    with logging_to(tmp_path / "log") as log:
        for value in NO_FORM:
            log.info("command.carried_out", **{name: value})

    assert [one for one in lines(tmp_path / "log") if name in one] == []


def test_an_event_that_is_a_sentence_is_withheld(tmp_path: Path) -> None:
    with logging_to(tmp_path / "log") as log:
        for value in NO_FORM:
            log.info(value)

    assert {one["event"] for one in lines(tmp_path / "log")} == {"log.withheld"}


def test_what_is_on_the_list_passes_in_its_form(tmp_path: Path) -> None:
    command_id = uuid4()

    with logging_to(tmp_path / "log") as log:
        log.info(
            "command.carried_out",
            command_id=command_id,
            command_name="record_consent",
            entries=["trial:NCT1@5", "system@1"],
            came_to="not_allowed",
            duration_ms=3,
            store_environment="demonstration",
        )

    (told,) = lines(tmp_path / "log")
    assert "withheld" not in told
    assert (told["command_id"], told["entries"]) == (str(command_id), ["trial:NCT1@5", "system@1"])


def test_a_command_that_is_none_is_withheld(tmp_path: Path) -> None:
    with logging_to(tmp_path / "log") as log:
        log.info("command.carried_out", command_name="belimumab")

    assert "command_name" not in lines(tmp_path / "log")[0]


class ArmRevealedError(Exception):
    """An error whose message and surroundings tell too much."""


def fail(arm: str) -> None:
    narrative = f"the arm is {arm}"
    try:
        int(narrative)
    except ValueError as error:
        raise ArmRevealedError(narrative) from error


@pytest.mark.parametrize("telltale", TELLTALES[:6])
def test_an_exception_shows_its_types_and_places_only(tmp_path: Path, telltale: str) -> None:
    with logging_to(tmp_path / "log") as log:
        try:
            fail(telltale)
        except ArmRevealedError:
            log.exception("invocation.failed", stack_info=True)

    text = (tmp_path / "log").read_text()
    assert telltale not in text
    assert "the arm is" not in text
    first = lines(tmp_path / "log")[0]
    assert first["error_types"] == ["ArmRevealedError", "ValueError"]
    assert all(frame.rpartition(":")[2].isdigit() for frame in first["frames"])


def test_what_is_filled_into_a_sentence_is_withheld(tmp_path: Path) -> None:
    with logging_to(tmp_path / "log") as log:
        log.info("arm %s", "placebo")

    assert "placebo" not in (tmp_path / "log").read_text()


def test_of_what_a_library_says_only_that_it_spoke_is_logged(tmp_path: Path) -> None:
    library = logging.getLogger("somelibrary.engine")
    with logging_to(tmp_path / "log") as log:
        handler = LibraryMessages(log)
        library.addHandler(handler)
        library.warning("parameters: %s", "placebo")
        library.removeHandler(handler)

    (told,) = lines(tmp_path / "log")
    assert (told["event"], told["library"]) == ("library.message", "somelibrary")
    assert "placebo" not in json.dumps(told)


def test_of_a_vault_only_that_something_was_written_is_logged() -> None:
    assert place("vault:NCT1", 5) == "vault:NCT1"
    assert place("trial:NCT1", 5) == "trial:NCT1@5"


def test_without_a_log_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with open_log(None) as log:
        log.error("command.carried_out", command_name="record_consent")

    assert capsys.readouterr() == ("", "")


def fact(command_id: UUID, **more: Any) -> str:
    payload = {"participant": "001", "procedure": "telltale-procedure"}
    return line("record_procedure", payload, command_id=command_id, **more)


def test_each_command_is_logged_with_ids_outcome_entries_and_duration(cli: Cli) -> None:
    log, command_id, correlation = cli.folder / "log", uuid4(), uuid4()

    cli(
        "--log", str(log), "apply", "-", *cli.by("coordinator-01"), given=fact(command_id, correlation=str(correlation))
    )

    first, last = lines(log)[0], lines(log)[-1]
    assert (first["event"], first["command_name"], first["came_to"]) == (
        "command.carried_out",
        "record_procedure",
        "done",
    )
    assert (first["command_id"], first["correlation"]) == (str(command_id), str(correlation))
    assert first["causation"] == last["correlation"], "the invocation that sent it"
    assert first["entries"][0].startswith(f"trial:{TRIAL}@")
    assert first["duration_ms"] >= 0
    assert (last["event"], last["invocation"], last["exit_code"]) == ("invocation.ended", "apply", 0)
    assert {one["store_environment"] for one in lines(log)} == {"demonstration"}
    assert b"telltale" not in log.read_bytes()
    assert log.stat().st_mode & 0o077 == 0


def test_a_refused_command_is_logged_by_its_code(cli: Cli) -> None:
    log = cli.folder / "log"
    sent = line("record_procedure", {"participant": "002", "procedure": "telltale-procedure"})

    cli("--log", str(log), "apply", "-", *cli.by("coordinator-01"), given=sent)

    assert [(one["event"], one.get("came_to")) for one in lines(log)] == [
        ("command.not_carried_out", "not_allowed"),
        ("apply.ended", None),
        ("invocation.ended", None),
    ]
    assert lines(log)[-1]["exit_code"] == 4


def test_the_correlation_of_an_invocation_stands_in_the_entries_that_it_made(cli: Cli) -> None:
    log = cli.folder / "log"
    words = ("--choice", "2:1", "--rationale", "An assumption.", *cli.by("sponsor-01"))

    cli("--log", str(log), "trial", "decide", "D2", *words)

    correlation = lines(log)[-1]["correlation"]
    tail = cli("ledger", "tail", f"trial:{TRIAL}", *cli.by("auditor-01"), "--after", "44").stdout
    assert f'"correlation":"{correlation}"' in tail.splitlines()[-1]


def test_the_log_may_go_to_standard_error_and_only_there(cli: Cli) -> None:
    done = cli.process("--log", "-", "apply", "-", *cli.by("coordinator-01"), given=fact(uuid4()).encode())

    assert done.returncode == 0
    assert [json.loads(text)["event"] for text in done.stderr.splitlines()] == [
        "command.carried_out",
        "apply.ended",
        "invocation.ended",
    ]
    assert b"invocation.ended" not in done.stdout


def test_a_log_that_cannot_be_opened_is_told_before_anything_happens(cli: Cli) -> None:
    before = cli.heads()

    done = cli("--log", str(cli.folder), "apply", "-", *cli.by("coordinator-01"), given=fact(uuid4()))

    assert done.exit_code == 7
    assert cli.heads() == before
    assert io.StringIO(done.stderr).readline().startswith("[unknown] file_trouble")
