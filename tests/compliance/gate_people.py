"""People, grants and sessions as the gate sees them, for tests of the gate alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from compliance.gate import Allowed, AllowedReading, Identity, decide, decide_own, decide_reading
from domain.people.facts import Duty
from domain.people.person import Grant, Person, ServiceKey, Training
from domain.people.public_keys import device_of
from domain.people.roles import Role, clearance_of
from domain.record import Strength
from domain.session.session import Session

NOW = datetime(2027, 3, 1, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
CURRENT = Training(training="t1", trial=None, protocol_version=None, expires=NOW + DAY)
EXPIRED = Training(training="t1", trial=None, protocol_version=None, expires=NOW)


KEY = ServiceKey(key="4" * 64, algorithm="Ed25519", public="{}", revoked=False)


def grant(role: Role, *, trial: str | None = "T1", sites: tuple[str, ...] | None = None, **more: Any) -> Grant:
    """A grant since yesterday, without an end, on the training t1."""
    given: dict[str, Any] = {
        "grant": f"g-{role}",
        "starts": NOW - DAY,
        "ends": None,
        "clearance": clearance_of(role),
        "approved_by": "admin",
        "training": "t1",
        "next_review": None,
        **more,
    }
    return Grant(role=role, trial=trial, sites=sites, **given)


def person(
    *grants: Grant,
    active: bool = True,
    is_service: bool = False,
    duty: Duty | None = None,
    trainings: tuple[Training, ...] = (CURRENT,),
) -> Person:
    """U One, an open account with a current training."""
    return replace(
        Person.start(),
        version=1,
        person="u1",
        printed_name="U One",
        organisation="O",
        is_service=is_service,
        active=active,
        registered_by="admin",
        trainings=trainings,
        duty=duty,
        keys=(KEY,) if is_service else (),
        grants=grants,
    )


def identity(strength: Strength = "password_totp", session: str = "s1") -> Identity:
    """U One, through a session."""
    return Identity("u1", strength, session, "tests")


def session(
    strength: Strength = "password_totp", *, of: str = "u1", ends: datetime = NOW + DAY, ended: bool = False
) -> Session:
    """The session s1, open until tomorrow; that of a service was opened by its key."""
    device = device_of(KEY.key) if strength == "machine" else "a test"
    return replace(
        Session.start(), version=1, session="s1", person=of, strength=strength, ends=ends, ended=ended, device=device
    )


def ask(
    who: Person,
    action: str,
    *,
    trial: str | None = "T1",
    site: str | None = None,
    by: Identity | None = None,
    through: Session | None = None,
    now: datetime = NOW,
) -> Allowed:
    """Ask the gate for a person who came with password and code, or as told."""
    strength: Strength = "machine" if who.is_service else "password_totp"
    return decide(
        by or identity(strength),
        who,
        through or session(strength),
        action,
        trial=trial,
        site=site,
        now=now,
        system_position=7,
    )


def ask_own(who: Person, action: str, *, about: str | None = "u1", strength: Strength = "password_totp") -> Allowed:
    """Ask the gate for what an account may do about itself."""
    return decide_own(identity(strength), who, session(strength), action, about=about, now=NOW, system_position=7)


def ask_to_read(
    who: Person, action: str = "read_ledger", *, strength: Strength = "password_totp", whole: bool = False
) -> AllowedReading:
    """Ask the gate for a reader of the trial T1."""
    return decide_reading(
        identity(strength), who, session(strength), action, trial="T1", now=NOW, system_position=7, whole=whole
    )
