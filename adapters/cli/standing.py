"""What makes people fit to act and to sign: certification, training, and tasks delegated at a site."""

from typing import Annotated, Final, get_args

import typer

from adapters.cli.accounts import Organisation, Person
from adapters.cli.axes import ZoneOfDays, until_when
from adapters.cli.command import TrialOption, command
from adapters.cli.policy import Reference
from adapters.cli.run import Run
from adapters.cli.sending import said, send_one
from domain.people.roles import Role
from domain.site.facts import Task

TASKS: Final[tuple[str, ...]] = get_args(Task)

Site = Annotated[str, typer.Option("--site", metavar="CODE", help="The site.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    letters = typer.Typer(help="The organisations' letters that signatures bind.", no_args_is_help=True)
    command(letters, "register", group="certification")(certify)
    app.add_typer(letters, name="certification")
    command(app, "train")(train)
    tasks = typer.Typer(help="Delegate tasks at a site, or end a delegation.", no_args_is_help=True)
    command(tasks, "to", group="delegate")(delegate)
    command(tasks, "end", group="delegate")(end_delegation)
    app.add_typer(tasks, name="delegate")


def certify(
    run: Run,
    organisation: Organisation,
    reference: Reference,
    sent: Annotated[str, typer.Option("--sent", metavar="D", help="The day on which the letter was sent.")],
) -> None:
    """Register an organisation's letter that its electronic signatures bind like handwritten ones."""
    payload = {"organisation": organisation, "reference": reference, "sent": sent}
    send_one(run, "register_certification", payload)


def train(
    run: Run,
    person: Person,
    training: Annotated[str, typer.Option("--training", metavar="ID", help="An id for this training; used once.")],
    reference: Reference,
    completed: Annotated[str, typer.Option("--completed", metavar="D", help="When: 2027-03-03, 2027-03 or 2027.")],
    expires: Annotated[str | None, typer.Option("--expires", metavar="D", help="Until when it holds.")] = None,
    trial: Annotated[
        str | None, typer.Option("--trial", metavar="ID", help="The trial (default: training in the system itself)")
    ] = None,
    protocol_version: Annotated[
        str | None, typer.Option("--protocol-version", metavar="V", help="The protocol version trained in.")
    ] = None,
    zone: ZoneOfDays = "UTC",
) -> None:
    """Record that a person was trained, in the system or in a protocol version; roles rest on it."""
    payload = said(
        person=person,
        training=training,
        reference=reference,
        completed=completed,
        expires=expires and until_when(expires, "--expires", zone).isoformat(),
        trial=trial,
        protocol_version=protocol_version,
    )
    send_one(run, "record_training", payload)


def delegate(
    run: Run,
    person: Person,
    site: Site,
    role: Annotated[Role, typer.Option("--role", metavar="ROLE", help="The role in which the tasks are done.")],
    task: Annotated[
        list[str], typer.Option("--task", metavar="TASK", help=f"A task; may be repeated. One of {', '.join(TASKS)}.")
    ],
    starts: Annotated[str, typer.Option("--starts", metavar="D", help="From which day on.")],
    ends: Annotated[
        str | None, typer.Option("--ends", metavar="D", help="Until which day. (default: until ended)")
    ] = None,
    trial: TrialOption = None,
) -> None:
    """Delegate tasks at your site to a person; sign it with `trialproof sign`."""
    payload = said(site=site, delegate=person, delegate_role=role, tasks=task, starts=starts, ends=ends)
    send_one(run, "delegate_tasks", payload, trial=run.trial(trial))


def end_delegation(
    run: Run,
    delegation: Annotated[str, typer.Argument(metavar="DELEGATION", help="Its id; see `trialproof show site`.")],
    site: Site,
    ended: Annotated[str, typer.Option("--ended", metavar="D", help="The last day on which it held.")],
    trial: TrialOption = None,
) -> None:
    """End a delegation after a day."""
    send_one(run, "end_delegation", {"site": site, "delegation": delegation, "ended": ended}, trial=run.trial(trial))
