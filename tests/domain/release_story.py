"""The end of a small trial: plan and sets, a lock, officers, and persons who may be named as recipients."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain import streams
from domain.command import Actor
from domain.people.facts import GrantGiven
from domain.people.roles import Role, clearance_of
from domain.record import Entry
from domain.release.analysis import ExcludeFromAnalysisSet, FixAnalysisSets, RecordAnalysisPlan
from domain.release.interim import ApproveInterim, DeliverInterimPackage, RequestInterim
from domain.release.reveal import ConfirmReveal, DeliverReleasePackage, RequestReveal
from domain.trial.facts import TrialLocked, TrialUnlocked
from tests.domain.harness import (
    ADMINISTRATOR,
    DATA_MANAGER,
    MEDICAL_MONITOR,
    OFFICER,
    SPONSOR,
    STATISTICIAN,
    World,
    persona,
)
from tests.domain.signing_story import register
from tests.domain.story import allocated, open_trial

SECOND_OFFICER = persona("officer-02", "unblinding_officer", "Key Office")
COMMITTEE = persona("committee-01", "committee_statistician", "Committee")
PLAN = RecordAnalysisPlan(digest="4" * 64, reference="SAP of the trial", version="1.0")


def with_role(world: World, actor: Actor, **changed: Any) -> None:
    """A registered person who holds the role from now on."""
    register(world, actor)
    role: Role = changed.pop("role", actor.role)
    fields: dict[str, Any] = {
        "approved_by": ADMINISTRATOR.person,
        "clearance": clearance_of(role),
        "ends": None,
        "grant": f"g-{actor.person}",
        "person": actor.person,
        "requested_by": ADMINISTRATOR.person,
        "role": role,
        "sites": None,
        "starts": world.now,
        "training": None,
        "trial": world.trial,
    }
    world.happened(streams.person(actor.person), GrantGiven(**fields | changed), by=ADMINISTRATOR)


def ready(*, allocations: int = 1) -> World:
    """A trial with allocated participants, and people who can be named."""
    world = open_trial()
    for _ in range(allocations):
        allocated(world)
    register(world, STATISTICIAN)
    with_role(world, COMMITTEE)
    return world


def with_plan_and_sets(world: World) -> World:
    world.when(PLAN, by=STATISTICIAN)
    world.when(FixAnalysisSets(), by=STATISTICIAN)
    return world


def lock(world: World) -> Entry:
    """The hard lock of all that stands there, signed."""
    position = world.positions[streams.trial_ledger(world.trial)]
    locked = TrialLocked(data_digest="ab" * 32, position=position, request=UUID(int=1), root="cd" * 32)
    return world.happened(streams.trial(world.trial), locked, by=DATA_MANAGER)


def unlock(world: World, *, hours: int = 1) -> None:
    fact = TrialUnlocked(expires=world.now + timedelta(hours=hours), participants=None, request=UUID(int=1))
    world.happened(streams.trial(world.trial), fact, by=DATA_MANAGER)


def locked(world: World | None = None) -> World:
    """Plan and sets signed, then the lock."""
    world = with_plan_and_sets(world or ready())
    lock(world)
    return world


def asked(world: World, *recipients: str) -> World:
    world.when(RequestReveal(recipients=recipients or (STATISTICIAN.person,)), by=OFFICER)
    return world


def revealed(world: World | None = None, *recipients: str) -> World:
    world = asked(locked(world), *recipients)
    world.when(ConfirmReveal(), by=SECOND_OFFICER)
    return world


def excluding(number: str = "001", **changed: Any) -> ExcludeFromAnalysisSet:
    wish: dict[str, Any] = {"analysis_set": "per_protocol", "participant": number, "rationale": "Never took a dose."}
    return ExcludeFromAnalysisSet(**wish | changed)


def delivering(recipient: str = STATISTICIAN.person, **changed: Any) -> DeliverReleasePackage:
    wish: dict[str, Any] = {"allocations": 1, "digest": "d" * 64, "recipient": recipient, "salt": "5" * 64, "up_to": 40}
    return DeliverReleasePackage(**wish | changed)


def asking_interim(world: World, **changed: Any) -> RequestInterim:
    wish: dict[str, Any] = {
        "analysis": "IA1",
        "committee": "Data monitoring committee",
        "expires": world.now + timedelta(days=7),
        "recipient": COMMITTEE.person,
        "up_to": 40,
    }
    return RequestInterim(**wish | changed)


def interim_asked(world: World, **changed: Any) -> World:
    world.when(asking_interim(world, **changed), by=STATISTICIAN)
    return world


def interim_approved(world: World, **changed: Any) -> World:
    interim_asked(world, **changed)
    for approver in (MEDICAL_MONITOR, SPONSOR):
        world.when(ApproveInterim(analysis="IA1"), by=approver)
    return world


def delivering_interim(**changed: Any) -> DeliverInterimPackage:
    wish: dict[str, Any] = {"allocations": 1, "analysis": "IA1", "digest": "d" * 64, "salt": "5" * 64, "up_to": 40}
    return DeliverInterimPackage(**wish | changed)
