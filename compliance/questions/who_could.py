"""Who could do something at a site on a day: the role, the training it rests on, the delegation, its signature."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from compliance import gate
from compliance.gate_table import TABLE
from compliance.questions.delegations import site_at
from domain import streams
from domain.command import COMMANDS
from domain.errors import InvalidInputError, NotFoundError
from domain.people.person import Person
from domain.people.roles import Role
from domain.record import Entry
from domain.site.facts import Task
from domain.site.site import Site
from domain.values import PartialDate
from projections.replay import last_instant


class Could(NamedTuple):
    """Somebody whose role carried the action there at the end of that day.

    `delegated` is None where the action is no delegated task, or is the principal investigator's own;
    `delegation_signed` is None where there is no delegation that held.
    """

    person: str
    printed_name: str
    organisation: str
    role: Role
    grant: str
    since: datetime
    until: datetime | None
    training: str | None
    trained: bool
    delegated: bool | None
    delegation_signed: bool | None

    @property
    def in_order(self) -> bool:
        """Trained, and delegated under signature where that is asked."""
        return self.trained and self.delegated in (None, True) and self.delegation_signed in (None, True)


class Answer(NamedTuple):
    """The instant that the day means, the delegated task that the action falls under, and who could."""

    instant: datetime
    zone: str
    task: Task | None
    people: tuple[Could, ...]


def who_could(
    action: str, *, trial: str, site: str, day: date, system: Iterable[Entry], entries: Iterable[Entry]
) -> Answer:
    """As known at the end of that day on the site's clock.

    `system` and `entries` are the entries of the system ledger and of the trial ledger that the reader may see.
    Raises InvalidInputError for an action that the gate does not know, NotFoundError for a site it never heard of.
    """
    if action not in TABLE:
        raise InvalidInputError(
            "unknown_action",
            f"The gate knows no action {action[:64]!r}.",
            field="action",
            next_step="Name a command as `trialproof apply --list` prints it, such as allocate.",
        )
    listed = list(entries)
    zone = _zone(listed, trial, site)
    instant = last_instant(day, zone)
    there = site_at(listed, trial, site, instant)
    task: Task | None = getattr(COMMANDS.get(action), "TASK", None)
    found: list[Could] = []
    for person in people_at(system, instant):
        for one in gate.holdings(person, action, trial=trial, site=site, now=instant)[:1]:
            delegations = list(there.held(person.person, task, PartialDate(day.isoformat()))) if task else []
            asked = task is not None and one.role != "investigator"
            found.append(
                Could(
                    person=person.person,
                    printed_name=person.printed_name,
                    organisation=person.organisation,
                    role=one.role,
                    grant=one.grant.grant,
                    since=one.grant.starts,
                    until=one.grant.ends,
                    training=one.grant.training,
                    trained=one.trained,
                    delegated=bool(delegations) if asked else None,
                    delegation_signed=any(d.is_signed for d in delegations) if delegations else None,
                )
            )
    return Answer(instant, zone, task, tuple(found))


def people_at(system: Iterable[Entry], instant: datetime) -> tuple[Person, ...]:
    """Every open account as known at the instant, in the order of registration."""
    people: dict[str, Person] = {}
    for entry in system:
        stream = entry.frame.stream
        if streams.kind_of(stream) == "person" and entry.frame.recorded_at <= instant:
            people[stream] = people.get(stream, Person.start()).after(entry)
    return tuple(person for person in people.values() if person.active)


def _zone(entries: Iterable[Entry], trial: str, code: str) -> str:
    site = Site.start()
    for entry in entries:
        if entry.frame.stream == streams.site(trial, code):
            site = site.after(entry)
    if not site.exists:
        raise NotFoundError(
            f"There is no site {code} to be seen here.", next_step="List the sites with `trialproof show`."
        )
    return site.zone
