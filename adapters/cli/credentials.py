"""`trialproof user`: the credentials of an account: invitation, activation, change, recovery, acknowledgement."""

from typing import Annotated

import typer

from adapters.cli.accounts import Person
from adapters.cli.asking import Asking, SecretsFrom
from adapters.cli.command import command
from adapters.cli.door import source
from adapters.cli.invitations import invite_and_tell, tell_enrolment
from adapters.cli.run import ORIGINATOR, Run, code_given
from adapters.cli.sending import send_one
from adapters.cli.session_file import remove_token


def add_to(group: typer.Typer) -> None:
    """Add these commands to the group."""
    command(group, "invite", group="user")(invite)
    command(group, "activate", group="user")(activate)
    command(group, "password", group="user")(password)
    command(group, "code-app", group="user")(code_app)
    command(group, "emergency", group="user")(emergency)
    command(group, "recover", group="user")(recover)


def invite(run: Run, person: Person) -> None:
    """Print a one-time secret with which the owner of an account, and nobody else, sets its credentials."""
    invite_and_tell(run, code_given(person, "PERSON"))


def activate(
    run: Run,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Your id.")],
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Only give the first code, after the app was enrolled before.")
    ] = False,
    secrets_from: SecretsFrom = None,
) -> None:
    """Set your password with the one-time secret that you were given, and enrol an authenticator app.

    The first code of the app makes both count, and uses the one-time secret up.
    """
    run.open()
    asking = Asking(secrets_from)
    secret = asking.ask("secret")
    if not confirm:
        new = asking.ask_new("new_password")
        enrolled = run.store.authenticator.activate(person, secret, new, source=source())
        tell_enrolment(run, person, enrolled.otp_secret, enrolled.otp_uri)
        if asking.by_script:
            run.output.line("Now give the first code: trialproof user activate --confirm", next="confirm")
            return
    run.store.authenticator.confirm(person, secret, asking.ask("code"), source=source())
    run.output.line(
        f"{person} can log in now, with the next code of the app: trialproof login {person}",
        person=person,
        done="activate",
    )


def password(run: Run, secrets_from: SecretsFrom = None) -> None:
    """Change your password; old password and code are asked for, and all your sessions end."""
    token, asking = run.token(), Asking(secrets_from)
    run.identity()
    old, code, new = asking.ask("password"), asking.ask("code"), asking.ask_new("new_password")
    run.store.authenticator.change_password(token, old, code, new, source=source(), originator=ORIGINATOR)
    remove_token(run.settings.session_file)
    run.output.line("The password is changed; log in with the new one.", done="password")


def code_app(
    run: Run,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Only give the first code of the new app, enrolled before.")
    ] = False,
    secrets_from: SecretsFrom = None,
) -> None:
    """Enrol another authenticator app in the place of yours; its first code makes it count and ends your sessions."""
    identity, token, asking = run.identity(), run.token(), Asking(secrets_from)
    door = run.store.authenticator
    if not confirm:
        given, code = asking.ask("password"), asking.ask("code")
        enrolled = door.renew_code_app(token, given, code, source=source())
        tell_enrolment(run, identity.person, enrolled.otp_secret, enrolled.otp_uri)
        if asking.by_script:
            run.output.line("Now give the first code: trialproof user code-app --confirm", next="confirm")
            return
    door.confirm_code_app(token, asking.ask("code"), source=source(), originator=ORIGINATOR)
    remove_token(run.settings.session_file)
    run.output.line("The new app counts, the old one does not; log in with it.", done="code-app")


def emergency(run: Run, secrets_from: SecretsFrom = None) -> None:
    """Print an emergency secret of your own, for the day on which nothing else works: it opens the code break alone."""
    token, asking = run.token(), Asking(secrets_from)
    run.identity()
    given, code = asking.ask("password"), asking.ask("code")
    secret = run.store.authenticator.set_emergency(token, given, code, source=source(), originator=ORIGINATOR)
    run.output.line(f"Emergency secret, printed this once: {secret}", emergency_secret=secret)


def recover(
    run: Run,
    person: Person,
    identity_checked: Annotated[
        str | None,
        typer.Option("--identity-checked", metavar="TEXT", help="Ask for it: how you checked who wants it."),
    ] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve it, as a second administrator.")] = False,
) -> None:
    """Replace credentials that were lost: one administrator asks, another approves, and the owner is told.

    Every credential and session of the account ends with the approval; then `user invite` lets the owner set new ones.
    """
    if approve is (identity_checked is not None):
        raise typer.BadParameter("Give --identity-checked TEXT to ask for a recovery, or --approve.")
    if approve:
        send_one(run, "approve_recovery", {"person": person})
    else:
        send_one(run, "request_recovery", {"person": person, "identity_checked": identity_checked})
