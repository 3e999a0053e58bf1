"""Setting a store up, looking whether all is well, and saying which version this is."""

import json
import platform
import sqlite3
from typing import Annotated
from uuid import uuid4

import typer

from adapters.cli.checks import all_checks
from adapters.cli.command import command
from adapters.cli.errors import ExitCode
from adapters.cli.invitations import tell_invitation
from adapters.cli.run import Run
from adapters.wiring import SOFTWARE, create_store, open_store
from compliance.authentication import Authentication
from compliance.contexts import environment_of
from compliance.envelope import read_envelope
from compliance.gate_table import TABLE_VERSION
from compliance.proofs.entry import ENTRY_SCHEMA
from compliance.setup import PRODUCT, set_up
from domain.errors import InvalidInputError
from domain.ledger.facts import Environment
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
        Environment,
        typer.Option(help="Whether the data will be real; it stays so for ever.", show_choices=True),
    ],
    administrator: Annotated[str, typer.Option(metavar="ID", help=ADMINISTRATOR)],
    name: Annotated[str, typer.Option(metavar="NAME", help="The administrator's name, as it is to be printed.")],
    organisation: Annotated[str, typer.Option(metavar="ORG", help="The administrator's organisation.")],
) -> None:
    """Set a new store up: its ledgers' file, its key store, its secret, its first administrator."""
    first = _first_person(administrator, name, organisation)
    folder, secret = run.settings.folder, run.settings.secret
    try:
        run.use(create_store(folder, secret))
    except InvalidInputError as error:
        if error.code != "store_exists":
            raise
        run.use(open_store(folder, secret))  # made before, and perhaps never set up: that is looked at next
    _set_up(run, environment, first)
    run.says(environment)
    run.output.line(
        f"The store {folder} is set up. Its secret is in {secret}: keep a copy of it elsewhere,"
        " for without it sealed texts stay closed for ever.",
        done="init",
        store=str(folder),
        key_file=str(secret),
        administrator=first.person,
    )
    tell_invitation(run, first.person, run.opened.authenticator.invite(first.person, by=None))


def _set_up(run: Run, environment: Environment, first: RegisterPerson) -> None:
    """Once; an interruption before the administrator got the one-time secret leaves that alone to be done."""
    ports = run.opened.ports
    try:
        set_up(
            ports,
            person=first.person,
            environment=environment,
            printed_name=first.printed_name,
            organisation=first.organisation,
        )
    except InvalidInputError:
        known = Authentication(ports)
        waiting = known.person(first.person).registered_by == PRODUCT and not known.credentials(first.person).held
        if not waiting or environment_of(ports.ledger) != environment:
            raise


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
