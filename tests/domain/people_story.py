"""An office of registered, trained people, so that a test of roles starts where its rule begins."""

from datetime import timedelta
from typing import Any

from domain import streams
from domain.people.commands import RegisterPerson
from domain.people.grant_commands import GrantRole
from domain.people.officers import Officers
from domain.people.person import Grant, Person
from domain.people.roles import SITE_ROLES, TIME_BOX, WITHOUT_TRAINING, Role
from domain.people.standing_commands import RecordTraining
from domain.values import PartialDate
from tests.domain.harness import ADMINISTRATOR, World, persona

ASKER = "asker-01"
SECOND_ADMINISTRATOR = persona("admin-02", "administrator", "Sponsor")


class Office(World):
    """A world in which the administrator acts, with people to look at."""

    def __init__(self, *, seed: int = 1) -> None:
        super().__init__(seed=seed)
        self.by = ADMINISTRATOR

    def person(self, person: str = "u1") -> Person:
        return self.get(Person, streams.person(person))

    def officers(self, trial: str = "T1") -> Officers:
        return self.get(Officers, streams.officers(trial))

    def given_role(self, role: Role, **how: Any) -> Grant:
        """Give a role; the grant."""
        wish = granting(self, role, **how)
        self.when(wish)
        return self.person(wish.person).grants[-1]


def registering(person: str = "u1", **more: Any) -> RegisterPerson:
    named: dict[str, Any] = {"organisation": "Site 01", "person": person, "printed_name": "A person"}
    return RegisterPerson(**named | more)


def training(person: str = "u1", **more: Any) -> RecordTraining:
    named: dict[str, Any] = {
        "completed": PartialDate("2027-01-05"),
        "person": person,
        "reference": "file 1",
        "training": "t1",
    }
    return RecordTraining(**named | more)


def granting(world: World, role: Role, **how: Any) -> GrantRole:
    """A wish that nothing speaks against, but for what the test says."""
    usual: dict[str, Any] = {
        "ends": world.now + TIME_BOX[role] if role in TIME_BOX else None,
        "person": "u1",
        "requested_by": ASKER,
        "role": role,
        "sites": ("01",) if role in SITE_ROLES else None,
        "training": None if role in WITHOUT_TRAINING else "t1",
        "trial": "T1",
    }
    if how.get("trial", "T1") is None:
        usual["sites"] = None
    return GrantRole(**usual | how)


def office(*persons: str) -> Office:
    """An office with somebody who asks for roles and these persons (`u1`), all trained."""
    world = Office()
    for person in (ASKER, *(persons or ("u1",))):
        world.when(registering(person))
        world.when(training(person))
    return world


def with_roles(*roles: Role) -> Office:
    """An office in which `u1` holds these roles."""
    world = office()
    for role in roles:
        world.given_role(role)
    return world


def days(count: int) -> timedelta:
    return timedelta(days=count)
