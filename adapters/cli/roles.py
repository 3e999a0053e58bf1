"""`trialproof role`: give a role, take it back, review it."""

from typing import Annotated

import typer

from adapters.cli.accounts import Clearance, Person, RequestedBy, Sites
from adapters.cli.axes import ZoneOfDays, from_when, until_when
from adapters.cli.command import command
from adapters.cli.roster import list_roles
from adapters.cli.run import Run
from adapters.cli.sending import said, send_one
from domain.people.facts import ReviewOutcome
from domain.people.roles import Role

Grant = Annotated[str, typer.Argument(metavar="GRANT", help="The id of the grant; see `role list`.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Give a role, take it back, review it, list who holds which.", no_args_is_help=True)
    command(group, "grant", group="role")(grant)
    command(group, "end", group="role")(end)
    command(group, "review", group="role")(review)
    command(group, "list", group="role")(list_roles)
    app.add_typer(group, name="role")


def grant(
    run: Run,
    person: Person,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="The role, such as investigator or monitor.")],
    requested_by: RequestedBy,
    training: Annotated[
        str | None, typer.Option("--training", metavar="ID", help="The training record on which the role rests.")
    ] = None,
    trial: Annotated[str | None, typer.Option("--trial", metavar="ID", help="One trial. (default: all)")] = None,
    site: Sites = None,
    clearance: Clearance = None,
    starts: Annotated[str | None, typer.Option("--starts", metavar="D", help="From when on. (default: now)")] = None,
    ends: Annotated[str | None, typer.Option("--ends", metavar="D", help="Until when. (default: until ended)")] = None,
    zone: ZoneOfDays = "UTC",
) -> None:
    """Give a role that somebody else asked for; you approve it by sending this."""
    payload = said(
        person=person,
        role=role,
        requested_by=requested_by,
        training=training,
        trial=trial,
        sites=site,
        clearance=clearance,
        starts=starts and from_when(starts, "--starts", zone).isoformat(),
        ends=ends and until_when(ends, "--ends", zone).isoformat(),
    )
    send_one(run, "grant_role", payload)


def end(run: Run, person: Person, grant: Grant) -> None:
    """Take a role back; it counts for nothing from this moment on."""
    send_one(run, "end_grant", {"person": person, "grant": grant})


def review(
    run: Run,
    person: Person,
    grant: Grant,
    outcome: Annotated[ReviewOutcome, typer.Argument(help="Whether the role is still needed.")],
    following: Annotated[
        str | None, typer.Option("--next", metavar="D", help="When to look again, within a year; for `keep`.")
    ] = None,
    zone: ZoneOfDays = "UTC",
) -> None:
    """Record that you looked whether a role is still needed; not for one that you gave or hold."""
    if (outcome == "keep") != (following is not None):
        raise typer.BadParameter("A role that is kept has a --next review, one that ends has none.")
    at = following and from_when(following, "--next", zone).isoformat()
    send_one(run, "review_grant", said(person=person, grant=grant, outcome=outcome, next_review=at))
