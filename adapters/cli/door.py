"""`trialproof login` and `trialproof logout`: one session for each user, store and machine at a time."""

import os
import platform
from typing import Annotated, Final

import typer

from adapters.cli.answers import local
from adapters.cli.asking import Asking, SecretsFrom
from adapters.cli.command import command
from adapters.cli.run import ORIGINATOR, Run
from adapters.cli.session_file import read_token, remove_token, write_token
from compliance.authentication import Authentication
from domain.errors import InvalidInputError, LoginError

ZONE: Final = "UTC"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "login")(login)
    command(app, "logout")(logout)


def source() -> str:
    """From where attempts come: this user on this host."""
    return f"user {os.geteuid()} of {platform.node()}"


def device() -> str:
    """The host on which a session is used."""
    return f"command line of {platform.node()}"


def login(
    run: Run,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Your id.")],
    emergency: Annotated[
        bool, typer.Option("--emergency", help="With your emergency secret: to break the code, and for nothing else.")
    ] = False,
    secrets_from: SecretsFrom = None,
) -> None:
    """Open a session with your password and a code of your authenticator app; both are asked for, without echo.

    An emergency takes the place of whatever session is kept here.
    """
    run.open()
    if not emergency:
        _check_nobody_else(run)
        run.store.authenticator.catch_up()
    asking, authenticator = Asking(secrets_from), run.store.authenticator
    if emergency:
        opened = authenticator.log_in_in_emergency(
            person, asking.ask("secret"), source=source(), device=device(), originator=ORIGINATOR
        )
    else:
        password, code = asking.ask("password"), asking.ask("code")
        opened = authenticator.log_in(person, password, code, source=source(), device=device(), originator=ORIGINATOR)
    write_token(run.settings.session_file, opened.token)
    identity = opened.identity
    ends = Authentication(run.store.ports).session(identity.session).ends
    run.output.line(
        f"{identity.person} is logged in until {local(ends, ZONE)}, or until the session is not used for a while.",
        person=identity.person,
        session=identity.session,
        strength=identity.strength,
        ends=ends,
    )
    for notice in opened.notices:
        run.output.line(f"Notice: {notice}", notice=notice)


def _check_nobody_else(run: Run) -> None:
    """One session in a file: another one is not left open behind it."""
    token = read_token(run.settings.session_file)
    if token is None:
        return
    try:
        identity = run.store.authenticator.identity(token, originator=ORIGINATOR)
    except LoginError:
        return
    raise InvalidInputError(
        "session_open",
        f"{identity.person} is logged in here.",
        field="--session",
        next_step="Log out first with `trialproof logout`, or name another file with --session.",
    )


def logout(run: Run) -> None:
    """End the session, at once and everywhere, and take the file with it away."""
    run.open()
    path = run.settings.session_file
    token = read_token(path, to_end=True)
    if token is not None:
        run.store.authenticator.log_out(token)
    remove_token(path)
    run.output.line("Nobody is logged in here any more.", done="logout", was_logged_in=token is not None)
