"""One-time secrets: printed once, on purpose, on standard output, and to be handed to the owner alone."""

from adapters.cli.run import Run
from adapters.render.qr import qr_text
from compliance.authentication import Authentication


def has_credentials(run: Run, person: str) -> bool:
    """Whether the owner of the account has set credentials."""
    return Authentication(run.store.ports).credentials(person).activated


def invite_and_tell(run: Run, person: str) -> None:
    """Make an invitation as an administrator and print its secret."""
    tell_invitation(run, person, run.store.authenticator.invite(person, by=run.identity()))


def tell_invitation(run: Run, person: str, secret: str) -> None:
    """Print the one-time secret; it stands nowhere else."""
    run.output.line(f"One-time secret of {person}, printed this once: {secret}", person=person, one_time_secret=secret)
    if not run.output.as_json:
        run.output.line(f"Its owner sets password and codes with it: trialproof user activate {person}")


def tell_enrolment(run: Run, person: str, secret: str, uri: str) -> None:
    """Print what an authenticator app needs, as text and as a code to be scanned; it stands nowhere else."""
    run.output.line(
        f"Enter this in your authenticator app, printed this once: {secret}",
        person=person,
        otp_secret=secret,
        otp_uri=uri,
    )
    if not run.output.as_json:
        run.output.line(uri)
        run.output.drawing(qr_text(uri))
