"""Secrets come from a terminal without echo or from a private file, and are seen nowhere afterwards."""

import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest
from pyotp.totp import TOTP

from adapters.chance import system_clock
from tests.cli.invoking import ROOT, Cli
from tests.cli.people import PASSWORD

PERSON = "auditor-01"
WORDS = ("login", PERSON)


def lines_in(cli: Cli, text: str | bytes, mode: int = 0o600) -> str:
    path = cli.folder / "lines"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return str(path)


class Terminal:
    """A command line at a terminal of its own, with somebody who reads and types."""

    def __init__(self, cli: Cli, *words: str) -> None:
        self._mine, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli.main", "--store", str(cli.store), *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            env=cli.environment(),
            start_new_session=True,
        )
        os.close(theirs)
        self._raw = b""

    @property
    def seen(self) -> str:
        return self._raw.decode(errors="replace")

    def read_until(self, awaited: str) -> None:
        end = monotonic() + 30
        while awaited not in self.seen and self._more(end):
            pass
        assert awaited in self.seen, self.seen

    def type(self, text: str) -> None:
        os.write(self._mine, f"{text}\n".encode())

    def end(self) -> int:
        while self._more(monotonic() + 30):
            pass
        return self.process.wait(timeout=30)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(timeout=30)
        os.close(self._mine)

    def _more(self, end: float) -> bool:
        readable, _, _ = select.select([self._mine], [], [], max(end - monotonic(), 0))
        try:
            data = os.read(self._mine, 4096) if readable else b""
        except OSError:
            return False  # the other side has gone
        self._raw += data
        return bool(data)


At = Callable[..., Terminal]


@pytest.fixture
def at_terminal() -> Generator[At]:
    """Begins commands at terminals; none of them outlives the test."""
    with ExitStack() as stack:

        def begun(cli: Cli, *words: str) -> Terminal:
            terminal = Terminal(cli, *words)
            stack.callback(terminal.close)
            return terminal

        yield begun


def test_what_is_typed_at_a_terminal_is_not_shown(cli: Cli, at_terminal: At) -> None:
    terminal = at_terminal(cli, *WORDS, *cli.by("new"))

    terminal.read_until("Password: ")
    terminal.type(PASSWORD)
    terminal.read_until("Code of the authenticator app: ")
    code = cli.people.code(PERSON)
    terminal.type(code)

    assert terminal.end() == 0, terminal.seen
    assert f"{PERSON} is logged in until" in terminal.seen
    assert PASSWORD not in terminal.seen
    assert code not in terminal.seen
    assert cli("show", "trial", *cli.by("new")).exit_code == 0


def test_a_new_password_is_typed_twice_and_both_must_be_the_same(cli: Cli, at_terminal: At) -> None:
    terminal = at_terminal(cli, "user", "password", *cli.by(PERSON))

    for question, answer in (
        ("Password: ", PASSWORD),
        ("Code of the authenticator app: ", cli.people.code(PERSON)),
        ("New password: ", "several words that nobody guesses"),
        ("The same again: ", "several words that nobody gusses"),
    ):
        terminal.read_until(question)
        terminal.type(answer)

    assert terminal.end() == 3
    assert "typed_differently" in terminal.seen
    assert "nobody" not in terminal.seen


def test_an_account_is_activated_at_a_terminal_in_one_go(empty: Cli, at_terminal: At) -> None:
    named = ("--administrator", "admin-01", "--name", "Admin", "--organisation", "Any")
    made = empty("--json", "init", "--environment", "production", *named)
    secret = json.loads(made.stdout.splitlines()[-1])["one_time_secret"]
    terminal, password = at_terminal(empty, "user", "activate", "admin-01"), "several words that nobody guesses"

    for question, answer in (
        ("One-time secret: ", secret),
        ("New password: ", password),
        ("The same again: ", password),
    ):
        terminal.read_until(question)
        terminal.type(answer)
    terminal.read_until("Code of the authenticator app: ")
    (enrolled,) = re.findall(r"printed this once: ([A-Z2-7]{32})", terminal.seen)
    terminal.type(TOTP(enrolled).at(system_clock()))

    assert terminal.end() == 0, terminal.seen
    assert "[production] admin-01 can log in now" in terminal.seen
    assert not {secret, password} & set(terminal.seen.split())
    assert password not in terminal.seen


def test_without_a_terminal_nobody_is_asked_where_it_would_show(cli: Cli) -> None:
    done = cli.process(*WORDS, *cli.by("new"), given=f"{PASSWORD}\n000000\n".encode())

    assert done.returncode == 3
    assert b"no_terminal" in done.stderr


def test_secrets_are_not_read_from_a_terminal_that_would_show_them(cli: Cli, at_terminal: At) -> None:
    terminal = at_terminal(cli, *WORDS, *cli.by("new"), "--secrets-from", "-")

    assert terminal.end() == 3
    assert "secrets_would_show" in terminal.seen


def test_a_private_file_answers_in_any_order_line_by_line(cli: Cli) -> None:
    file = lines_in(cli, f"code={cli.people.code(PERSON)}\r\npassword={PASSWORD}\n")

    assert cli(*WORDS, *cli.by("new"), "--secrets-from", file).exit_code == 0


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_that_others_can_reach_is_not_read(cli: Cli, mode: int) -> None:
    file = lines_in(cli, cli.people.lines(PERSON), mode)

    done = cli(*WORDS, *cli.by("new"), "--secrets-from", file)

    assert done.exit_code == 3
    assert "secrets_open_to_others" in done.stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "secret_missing"),
        (f"password={PASSWORD}\n", "secret_missing"),
        (f"password={PASSWORD}\npassword={PASSWORD}\n", "secret_missing"),
        ("telltale\n", "bad_secret_line"),
        ("telltale=1\n", "bad_secret_line"),
        ("\n", "bad_secret_line"),
        (b"password=telltale\xff\n", "bad_secret_line"),
        ("password=" + "telltale" * 1000, "bad_secret_line"),
    ],
)
def test_lines_that_do_not_answer_are_told_without_a_word_of_them(cli: Cli, text: str | bytes, code: str) -> None:
    done = cli(*WORDS, *cli.by("new"), "--secrets-from", lines_in(cli, text))

    assert done.exit_code == 3
    assert f"{code} (--secrets-from)" in done.stderr
    assert "telltale" not in done.output


def test_a_file_that_is_not_there_is_not_found(cli: Cli) -> None:
    assert cli(*WORDS, "--secrets-from", str(cli.folder / "nothing")).exit_code == 6


@pytest.mark.parametrize("option", ["--password", "--code", "--secret", "--token", "-p"])
def test_no_option_takes_a_secret(cli: Cli, option: str) -> None:
    assert cli(*WORDS, option, "telltale").exit_code == 2


def test_no_environment_variable_takes_a_secret(cli: Cli) -> None:
    named = {f"TRIALPROOF_{name}": PASSWORD for name in ("PASSWORD", "CODE", "SECRET", "TOKEN", "SECRETS_FROM")}

    done = cli.process(*WORDS, *cli.by("new"), given=b"", **named)

    assert done.returncode == 3
    assert b"no_terminal" in done.stderr


@pytest.mark.requirement("P11-33")
def test_no_secret_stands_in_a_log_an_error_an_event_or_any_file(cli: Cli) -> None:
    """Wrong ones, right ones, new ones, tokens: looked for in everything that was printed or written."""
    log, person = cli.folder / "log", PERSON
    new, wrong = "a meadow of nine quiet lanterns", "telltale wrong password"
    code = cli.people.code(person)
    printed = [
        cli("--log", str(log), *WORDS, *cli.by("new"), "--secrets-from", "-", given=f"password={wrong}\ncode={code}\n"),
        cli("--log", str(log), *WORDS, *cli.by("new"), "--secrets-from", "-", given=cli.people.lines(person)),
    ]
    token = cli.people.session("new").read_text().strip()
    change = f"{cli.people.lines(person)}new_password={new}\n"
    printed += [
        cli("--log", str(log), "--json", "whoami", *cli.by("new")),
        cli("--log", str(log), "user", "password", *cli.by("new"), "--secrets-from", "-", given=change),
        cli("--log", str(log), "show", "trial", "--session", str(cli.people.session("new"))),
    ]

    assert [done.exit_code for done in printed] == [8, 0, 0, 0, 8], [done.output for done in printed]
    secrets = [PASSWORD, new, wrong, token, cli.people.apps()[person]]
    written = {path: path.read_bytes() for path in cli.store.rglob("*") if path.is_file()} | {log: log.read_bytes()}
    seen = "".join(done.output for done in printed)
    assert [one for one in secrets if one in seen] == []
    assert [(one, path) for one in secrets for path, held in written.items() if one.encode() in held] == []
    assert {json.loads(one)["event"] for one in log.read_text().splitlines()} == {"invocation.ended"}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see what other processes see")
def test_no_secret_stands_in_the_list_of_processes(cli: Cli, at_terminal: At) -> None:
    terminal = at_terminal(cli, *WORDS, *cli.by("new"))
    terminal.read_until("Password: ")
    terminal.type(PASSWORD)
    terminal.read_until("Code of the authenticator app: ")

    process = Path("/proc") / str(terminal.process.pid)
    shown = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    terminal.type("000000")

    assert terminal.end() == 8
    assert PASSWORD.encode() not in shown
