"""Invoking the command line as people do: in this process, or in one of its own."""

import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import typer.main
import typer.testing
from typer.testing import CliRunner, Result

from adapters.cli.main import app
from adapters.wiring import look_at
from tests.cli.people import TRIAL as OF_THE_SEED
from tests.cli.people import People

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "adapters" / "seed" / "NCT03458156.json"
TRIAL = OF_THE_SEED
SETTINGS = ("TRIALPROOF_STORE", "TRIALPROOF_KEY_FILE", "TRIALPROOF_SESSION", "TRIALPROOF_LOG")
PLAIN: dict[str, str | None] = {**dict.fromkeys(SETTINGS), "COLUMNS": "200"}
"""No setting of the host, and lines wide enough that no table is folded."""
Payload = dict[str, Any]

# Making all commands anew takes longer than most of them run.
typer.testing.__dict__["_get_command"] = lru_cache(typer.main.get_command)


@dataclass(frozen=True)
class Cli:
    """A store in a folder of its own, and the command line over it."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def key_file(self) -> Path:
        return self.folder / "store.key"

    @property
    def people(self) -> People:
        return People(self.folder)

    def by(self, person: str) -> tuple[str, str]:
        """The options under which somebody who is logged in sends."""
        return ("--session", str(self.people.session(person)))

    def __call__(self, *args: str, given: str | bytes = b"", store: Path | None = None) -> Result:
        """Run in this process; standard output and standard error stay apart."""
        words = given.encode() if isinstance(given, str) else given
        return CliRunner(env={**PLAIN, **self.home}).invoke(
            app, ["--store", str(store or self.store), *args], input=words
        )

    def json(self, *args: str, given: str | bytes = b"") -> list[Payload]:
        """Run with --json; every line of both outputs is an object that says its environment."""
        return objects(self("--json", *args, given=given))

    def process(self, *args: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        """Run in a process of its own, as an installed command would."""
        return subprocess.run(
            [sys.executable, "-m", "adapters.cli.main", "--store", str(self.store), *args],
            input=given,
            capture_output=True,
            env=self.environment(**environment),
            cwd=ROOT,
            timeout=60,
            check=False,
        )

    @property
    def home(self) -> dict[str, str]:
        """Where this user's own files lie; never those of whoever runs the tests."""
        return {"HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")}

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a process of its own."""
        found = {**os.environ, **PLAIN, **self.home, **more}
        return {name: value for name, value in found.items() if value is not None}

    def apply(self, *lines: str, person: str, more: tuple[str, ...] = ()) -> list[Payload]:
        """Apply lines; the result of each, without the counts at the end."""
        found = self.json("apply", "-", *self.by(person), *more, given="\n".join(lines))
        return [one for one in found if "line" in one]

    def heads(self) -> dict[str, int]:
        """The size of every ledger."""
        with closing(look_at(self.store)) as file:
            heads = {ledger: file.head(ledger) for ledger in file.ledgers()}
        return {ledger: head.size for ledger, head in heads.items() if head is not None}


def objects(result: Result) -> list[Payload]:
    """Every line as the JSON object that it is."""
    found: list[Payload] = [json.loads(line) for line in result.output.splitlines()]
    assert found, "nothing was printed"
    assert all("environment" in one for one in found)
    return found


def line(command: str, payload: Payload, *, command_id: UUID | None = None, **more: Any) -> str:
    """One line for `apply`."""
    return json.dumps({"command": command, "command_id": str(command_id or uuid4()), "payload": payload, **more})


def registered(person: str) -> str:
    return line("register_person", {"person": person, "printed_name": person.title(), "organisation": "Any"})


def trained(person: str) -> str:
    payload = {"person": person, "training": "t1", "completed": "2024-01-05", "reference": "file 1"}
    return line("record_training", payload)


def granted(person: str, role: str, *, by: str, sites: list[str] | None = None) -> str:
    payload = {"person": person, "role": role, "requested_by": by, "sites": sites, "training": "t1"}
    return line("grant_role", payload)
