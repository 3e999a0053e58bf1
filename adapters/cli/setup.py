"""Setting a store up, looking whether all is well, and saying which version this is."""

import json
import platform
import sqlite3
from typing import Annotated, Literal
from uuid import uuid4

import typer

from adapters.cli.checks import all_checks
from adapters.cli.command import command
from adapters.cli.errors import ExitCode
from adapters.cli.run import Run
from adapters.wiring import SOFTWARE, create_store, open_store
from compliance.envelope import read_envelope
from compliance.gate import TABLE_VERSION
from compliance.proofs.entry import ENTRY_SCHEMA
from compliance.setup import check_environment, set_up
from domain.errors import InvalidInputError
from domain.people.commands import RegisterPerson

ADMINISTRATOR = "Id of the first administrator, who registers everybody else."


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    command(app, "init")(init)
    command(app, "doctor")(doctor)
    command(app, "version")(version)


def init(
    run: Run,
    environment: Annotated[
        Literal["demonstration", "production"],
        typer.Option(help="Whether the data will be real; it stays so for ever.", show_choices=True),
    ],
    administrator: Annotated[str, typer.Option(metavar="ID", help=ADMINISTRATOR)],
    name: Annotated[str, typer.Option(metavar="NAME", help="The administrator's name, as it is to be printed.")],
    organisation: Annotated[str, typer.Option(metavar="ORG", help="The administrator's organisation.")],
) -> None:
    """Set a new store up: its ledgers' file, its key store, its secret, its first administrator."""
    first = _first_person(administrator, name, organisation)
    check_environment(environment)
    folder, secret = run.settings.folder, run.settings.secret
    try:
        run.use(create_store(folder, secret))
    except InvalidInputError as error:
        if error.code != "store_exists":
            raise
        run.use(open_store(folder, secret))  # made before, and perhaps never set up: that is looked at next
    set_up(
        run.opened.ports,
        run.identity(first.person),
        environment=environment,
        printed_name=first.printed_name,
        organisation=first.organisation,
    )
    run.says(environment)
    run.output.line(
        f"The store {folder} is set up. Its secret is in {secret}: keep a copy of it elsewhere,"
        " for without it sealed texts stay closed for ever.",
        done="init",
        store=str(folder),
        key_file=str(secret),
        administrator=first.person,
    )


def _first_person(person: str, printed_name: str, organisation: str) -> RegisterPerson:
    """Read like everybody who is registered later."""
    payload = {"person": person, "printed_name": printed_name, "organisation": organisation}
    raw = json.dumps({"command": "register_person", "command_id": str(uuid4()), "payload": payload})
    wish = read_envelope(raw.encode()).command
    assert isinstance(wish, RegisterPerson)
    return wish


def doctor(run: Run) -> None:
    """Look whether everything is as it should be; nothing is changed."""
    checks = list(all_checks(run))
    columns = {"check": "check", "state": "state", "detail": "what was found"}
    run.output.table("Checks", columns, (check._asdict() for check in checks), of="check")
    if any(check.state == "WRONG" for check in checks):
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def version(run: Run) -> None:
    """Say which version this is, and what it was built on."""
    run.says("none")
    run.output.pairs(
        "Trialproof",
        {
            "software": SOFTWARE,
            "entry_schema": ENTRY_SCHEMA,
            "gate_table": TABLE_VERSION,
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
        },
        of="version",
    )
