"""`trialproof whoami`: who is logged in here, until when, with which roles, and what waits for that person."""

import typer

from adapters.cli.answers import local
from adapters.cli.command import command
from adapters.cli.door import ZONE
from adapters.cli.policy import policy_in_force
from adapters.cli.roster import tell_account
from adapters.cli.run import Run
from adapters.cli.sign import Records
from compliance.authentication import Authentication
from compliance.gate import holdings
from domain.people.person import Person


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "whoami")(whoami)


def whoami(run: Run) -> None:
    """Say who is logged in here, until when, with which roles and credentials, and what waits to be signed."""
    identity = run.identity()
    recorded = Authentication(run.store.ports)
    session, person = recorded.session(identity.session), recorded.person(identity.person)
    run.output.pairs(
        "Session",
        {
            "person": identity.person,
            "strength": identity.strength,
            "session": identity.session,
            "ends": local(session.ends, ZONE),
            "signed_in_it": session.has_signed,
            "policy": _policy(run, person),
        },
        of="session",
    )
    tell_account(run, person, recorded.credentials(identity.person))
    for trial in run.trials():
        if _may_read(run, person, trial):
            Records(run, trial).tell(f"To be signed by {person.person} in {trial}", signer=person.person)


def _policy(run: Run, person: Person) -> str:
    """How it stands with the policy on signatures."""
    issued = policy_in_force(run)
    if issued is None:
        return "none was issued yet"
    done = issued.version in person.policies
    return (
        f"version {issued.version}, {'acknowledged' if done else 'to be acknowledged: `trialproof user acknowledge`'}"
    )


def _may_read(run: Run, person: Person, trial: str) -> bool:
    """Whether the gate would let this person read of the trial; asking it in vain would be recorded."""
    now, sites = run.store.ports.clock(), {site for grant in person.grants for site in grant.sites or ()}
    return any(holdings(person, "read_trial", trial=trial, site=site, now=now) for site in (None, *sites))
