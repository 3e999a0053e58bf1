"""`trialproof user list`, `user show`, `role list`: who there is, with which roles, credentials and trainings."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from adapters.cli.command import command
from adapters.cli.run import Run
from compliance.authentication import Authentication
from compliance.pages import all_entries
from domain import streams
from domain.credentials.credentials import Credentials
from domain.errors import NotFoundError
from domain.people.facts import PersonRegistered
from domain.people.person import Grant, Person

PEOPLE: Final = {
    "person": "person",
    "printed_name": "name",
    "organisation": "organisation",
    "account": "account",
    "verified_by": "identity verified by",
    "roles": "roles now",
}
GRANTS: Final = {
    "person": "person",
    "role": "role",
    "trial": "trial",
    "sites": "sites",
    "state": "state",
    "starts": "from",
    "ends": "until",
    "approved_by": "given by",
    "training": "training",
    "next_review": "next review",
    "grant": "grant",
}
TRAININGS: Final = {"training": "training", "trial": "trial", "protocol_version": "version", "expires": "until"}
CREDENTIALS: Final = {"kind": "credential", "since": "since", "expires": "until", "credential": "id"}
KEYS: Final = {"key": "key", "algorithm": "algorithm", "revoked": "revoked"}
ALL: Final = "all"


def add_to(group: typer.Typer) -> None:
    """Add these commands to the group."""
    command(group, "list", group="user")(list_people)
    command(group, "show", group="user")(show)


def list_people(run: Run) -> None:
    """List everybody who was ever registered, and which roles they hold now."""
    now = run.store.ports.clock()
    rows = (
        {
            **_facts(person),
            "roles": [_role_in_words(grant) for grant in person.grants if _state(grant, now) == "open"],
        }
        for person in _everybody(run)
    )
    run.output.table("People and services", PEOPLE, rows, of="person")


def show(run: Run, person: Annotated[str, typer.Argument(metavar="PERSON", help="The person's id.")]) -> None:
    """Show one account: who it is, its roles, trainings, credentials and keys; never a secret."""
    _allow(run)
    recorded = Authentication(run.store.ports)
    found = recorded.person(person)
    if not found.exists:
        raise NotFoundError(f"Nobody is registered as {person}.", next_step="See `trialproof user list`.")
    tell_account(run, found, recorded.credentials(person))


def list_roles(
    run: Run,
    person: Annotated[str | None, typer.Option("--person", metavar="PERSON", help="Of one person.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only open ones whose review is due, or was never made.")] = False,
) -> None:
    """List the roles that were given, with what became of them; a review says whether one is still needed."""
    now = run.store.ports.clock()
    people = (one for one in _everybody(run) if person in (None, one.person))
    grants = ((one, grant) for one in people for grant in one.grants if not due or _is_due(grant, now))
    rows = (_grant(one, grant, now) for one, grant in grants)
    run.output.table("Roles", GRANTS, rows, of="grant")


def tell_account(run: Run, person: Person, credentials: Credentials) -> None:
    """Print an account, table by table."""
    now = run.store.ports.clock()
    run.output.pairs("Account", {**_facts(person), "policies": person.policies}, of="person")
    run.output.table("Roles", GRANTS, (_grant(person, grant, now) for grant in person.grants), of="grant")
    run.output.table("Trainings", TRAININGS, (_plain(one) for one in person.trainings), of="training")
    run.output.table("Credentials", CREDENTIALS, (_plain(one) for one in credentials.held), of="credential")
    if person.is_service:
        run.output.table("Keys", KEYS, (_plain(one) for one in person.keys), of="key")


def _allow(run: Run) -> None:
    """The gate: who may read the system ledger."""
    run.inquire.allow(run.identity(), "read_system_ledger", "")


def _everybody(run: Run) -> Iterator[Person]:
    _allow(run)
    recorded = Authentication(run.store.ports)
    for entry in all_entries(run.store.ledger, streams.SYSTEM_LEDGER):
        if isinstance(entry.fact, PersonRegistered):
            yield recorded.person(entry.fact.person)


def _facts(person: Person) -> dict[str, Any]:
    return {
        "person": person.person,
        "printed_name": person.printed_name,
        "organisation": person.organisation,
        "kind": "service" if person.is_service else "person",
        "account": "open" if person.active else "ended",
        "registered_by": person.registered_by,
        "verified_by": person.verified_by,
    }


def _grant(person: Person, grant: Grant, now: datetime) -> dict[str, Any]:
    return {
        "person": person.person,
        **_plain(grant),
        "trial": grant.trial or ALL,
        "sites": grant.sites or ALL,
        "state": _state(grant, now),
    }


def _state(grant: Grant, now: datetime) -> str:
    if not grant.is_open(now):
        return "ended"
    return "open" if now >= grant.starts else "not yet begun"


def _is_due(grant: Grant, now: datetime) -> bool:
    return grant.is_open(now) and (grant.next_review is None or grant.next_review <= now)


def _role_in_words(grant: Grant) -> str:
    where = f" at {', '.join(grant.sites)}" if grant.sites else ""
    return f"{grant.role} in {grant.trial or 'all trials'}{where}"


def _plain(struct: Any) -> dict[str, Any]:
    """The fields, times without fractions of a second."""
    fields = {name: getattr(struct, name) for name in struct.__struct_fields__}
    return {
        name: value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime) else value
        for name, value in fields.items()
    }
