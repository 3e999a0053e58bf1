"""The reference names the commands, options and exit codes that there are, and no others."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from adapters.cli.errors import MEANINGS, ExitCode
from adapters.cli.main import app
from adapters.cli.settings import KEY_FILE, LOG, SESSION, STORE
from tests.cli.invoking import ROOT, Cli

REFERENCE = (ROOT / "docs/reference/command-line.md").read_text()


def section(title: str) -> str:
    return re.split(r"^## ", REFERENCE.partition(f"\n## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def rows(title: str) -> list[list[str]]:
    lines = [one for one in section(title).splitlines() if one.startswith("| ")][1:]
    return [[cell.strip() for cell in one.strip("|").split("|")] for one in lines]


def commands(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from commands(found, (*above, name))
        else:
            yield (*above, name)


COMMAND = typer.main.get_command(app)
REAL = sorted(commands(COMMAND))


def test_every_command_is_listed_and_every_listed_command_is_real() -> None:
    listed = {cells[0].strip("`") for cells in rows("Commands")}

    assert listed == {" ".join(words) for words in REAL}


def test_the_exit_codes_are_those_of_the_program_with_their_meaning() -> None:
    listed = {int(cells[0]): cells[1] for cells in rows("Exit codes")}

    assert listed == {int(code): meaning for code, meaning in MEANINGS.items()}
    assert set(MEANINGS) == set(ExitCode)


def test_the_settings_are_those_that_the_program_reads() -> None:
    named = {cells[1].strip("`") for cells in rows("Options of every command")} - {""}

    assert named == {STORE, KEY_FILE, SESSION, LOG}


@pytest.mark.parametrize("words", REAL, ids=" ".join)
def test_every_command_explains_itself(empty: Cli, words: tuple[str, ...]) -> None:
    told = empty(*words, "--help")

    assert told.exit_code == 0
    assert "Usage: " in told.output
    assert len(told.output.split("Usage: ")[1].splitlines()) > 3


def test_every_option_has_words() -> None:
    for words in REAL:
        found: Any = COMMAND
        for word in words:
            found = found.commands[word]
        lacking = [one.name for one in found.params if one.name != "help" and not getattr(one, "help", None)]
        assert lacking == [], words


@pytest.mark.parametrize(
    "words", [("nothing",), ("trial", "nothing"), ("show",), ("doctor", "--nothing"), ("apply", "--trial")]
)
def test_a_command_line_that_cannot_be_read_ends_with_2(empty: Cli, words: tuple[str, ...]) -> None:
    assert empty(*words).exit_code == ExitCode.USAGE


def test_options_may_stand_before_the_command_or_after_it(cli: Cli, empty: Cli) -> None:
    before = cli("--json", "version")
    after = cli("version", "--json")
    elsewhere = empty("doctor", "--store", str(cli.folder / "nowhere"))

    assert before.output == after.output
    assert "nowhere" in elsewhere.output


def test_the_environment_names_the_store_where_the_command_line_does_not(cli: Cli) -> None:
    named = cli.process("version", TRIALPROOF_STORE=str(cli.folder / "other"))
    told = cli.process("doctor", "--store", str(cli.store), "--json", TRIALPROOF_STORE=str(cli.folder / "other"))

    assert named.returncode == 0
    assert b'"state": "WRONG"' not in told.stdout


@pytest.mark.parametrize("document", ["README.md", "SECURITY.md", "docs/reference/command-line.md"])
def test_every_command_that_a_document_writes_out_can_be_read(empty: Cli, document: str) -> None:
    """Options and arguments too: it ends before they are judged, with the help of that command."""
    text = (ROOT / document).read_text()
    written = [
        shlex.split(part.partition("trialproof ")[2], comments=True)
        for line in text.splitlines()
        if re.match(r"(    )?trialproof ", line)
        for part in line.split(" | ")
    ]

    assert document == "SECURITY.md" or written
    assert [words for words in written if not is_read(empty, words)] == []


def is_read(cli: Cli, words: list[str]) -> bool:
    said = cli(*words, "--help")
    return said.exit_code == 0 and "No such option" not in cli(*words, "--nothing-of-that-name").output.replace(
        "No such option: --nothing-of-that-name", ""
    )
