"""The gate: role x action x trial x site x class, default deny, decided once and stored with every fact.

Only this module makes an `Authority` (21 CFR 11.10(d), (g)); an auditor decides any fact again with the table
version and the system position stored with it (`replay_auditor.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from compliance.gate_table import (
    ANY_TRIAL,
    EMERGENCY,
    EMERGENCY_ROLES,
    OWN,
    TABLE,
    TABLE_VERSION,
    TRIAL_VOICE,
    Class,
    Row,
    clears,
)
from domain.command import Actor
from domain.errors import Refusal
from domain.people.person import Grant, Person
from domain.people.public_keys import device_of
from domain.people.roles import ActingRole, Role
from domain.record import Authority, Strength
from domain.session.facts import Component
from domain.session.session import Session

NOBODY_ASKED: Final = frozenset({"account-must-be-open", "acts-need-an-open-session", "a-revoked-key-opens-nothing"})
"""The rules by which nobody's open session asked."""
NO_SESSION: Final = "none"
CODE_BREAK: Final = "break_blind"
DESK: Final = "Call the 24-hour code-break desk at once: it calls you back, and tells you the arm."
UNKNOWN: Final = Row("TRIAL", ())
"""An action that no row names: nobody may."""


class Identity(NamedTuple):
    """Who sends, how that was established, and through what; never a field of a command.

    `presented` names the components that were proved with this very request, for a signature.
    """

    person: str
    strength: Strength
    session: str
    originator: str
    presented: tuple[Component, ...] = ()


class Allowed(NamedTuple):
    """The gate's yes: who acts in which role, and the authority to store."""

    actor: Actor
    authority: Authority


class Held(NamedTuple):
    """A grant that carries an action, and whether the training on which it rests is current."""

    role: Role
    grant: Grant
    trained: bool


def decide(
    identity: Identity,
    person: Person,
    session: Session,
    action: str,
    *,
    trial: str | None,
    site: str | None,
    now: datetime,
    system_position: int,
) -> Allowed:
    """Allow the action and say by which grant and rule, or raise a Refusal that names the rule."""
    _check_account_and_session(identity, person, session, action, now)
    held = _held(identity, person, action, trial, site, now)
    return _first_that_counts(person, held, action, site, system_position)


def decide_code_break(
    person: Person, action: str, *, trial: str, site: str | None, now: datetime, system_position: int
) -> Allowed:
    """Allow what the emergency credential opens, for who has just proved it where no session can be written."""
    check_account(person)
    assert action in EMERGENCY, "without a session nothing but the code break is decided"
    held = [one for one in holdings(person, action, trial=trial, site=site, now=now) if one.role in EMERGENCY_ROLES]
    return _first_that_counts(person, held, action, site, system_position)


def _first_that_counts(
    person: Person, held: Sequence[Held], action: str, site: str | None, system_position: int
) -> Allowed:
    for one in held:
        if _counts(one, action):
            return _allowed(person, one.role, one.grant.grant, action, system_position)
    raise _training_expired(person) if held else _not_allowed(person, action, site)


def decide_own(
    identity: Identity,
    person: Person,
    session: Session,
    action: str,
    *,
    about: str | None,
    now: datetime,
    system_position: int,
) -> Allowed:
    """Allow what every open account may do about itself; Refusal about anybody else, and for a service."""
    _check_account_and_session(identity, person, session, action, now)
    if action not in OWN or about != person.person or person.is_service:
        raise Refusal(
            "not_allowed",
            f"{action.replace('_', ' ')} is for the owner of the account alone.",
            rule="own-account-only",
            next_step="Let the owner of the account do it.",
        )
    return _allowed(person, "own", "own", action, system_position)


def holdings(person: Person, action: str, *, trial: str | None, site: str | None, now: datetime) -> tuple[Held, ...]:
    """The grants that carry an action there and then: those on current training first, then as the table tries roles.

    Says nothing of the account and the session.
    """
    row = TABLE.get(action, UNKNOWN)
    found = [
        Held(grant.role, grant, is_trained(person, grant, now))
        for grant in person.grants
        if grant.role in row.roles
        and _acts_as(person, grant.role)
        and clears(grant, row.touches)
        and _reaches(grant, action, row.touches, trial, site, now)
    ]
    return tuple(sorted(found, key=lambda one: (not one.trained, row.roles.index(one.role))))


def check_account(person: Person) -> None:
    """Refuse an account that never was or has ended."""
    if not person.exists or not person.active:
        raise Refusal(
            "no_account",
            "There is no open account of that id.",
            rule="account-must-be-open",
            next_step="Ask an administrator; in an emergency call the code-break desk.",
        )


def is_trained(person: Person, grant: Grant, now: datetime) -> bool:
    """Whether the training on which a grant rests is current; a grant that rests on none needs none."""
    return person.is_trained_for(grant, now)


def _check_account_and_session(
    identity: Identity, person: Person, session: Session, action: str, now: datetime
) -> None:
    check_account(person)
    try:
        check_session(identity, person, session, now)
    except Refusal as refusal:
        if action == CODE_BREAK:
            refusal.next_step = f"Log in again with your emergency secret, or do not wait: {DESK[0].lower()}{DESK[1:]}"
        raise
    if identity.strength == "emergency" and action not in EMERGENCY:
        raise Refusal(
            "emergency_only",
            "An emergency credential opens the code break and nothing else.",
            rule="emergency-credential-breaks-the-code-only",
            next_step="Log in with your usual credentials.",
        )


def check_session(identity: Identity, person: Person, session: Session, now: datetime) -> None:
    """Refuse what is not this person's open session, as strong as it says; a service comes by its key, nobody else."""
    own = session.session == identity.session and person.person == identity.person
    known = own and session.is_open(identity.person, now) and session.strength == identity.strength
    by_key = identity.strength == "machine"
    if not known or identity.strength == "asserted" or by_key != person.is_service:
        raise Refusal(
            "session_ended",
            "The session is over, or was never opened.",
            rule="acts-need-an-open-session",
            next_step="Log in again.",
        )
    if by_key and session.device not in {device_of(key.key) for key in person.keys if not key.revoked}:
        raise Refusal(
            "session_ended",
            "The key that opened the session has been revoked.",
            rule="a-revoked-key-opens-nothing",
            next_step="Have another key registered, and log in with it.",
        )


def as_refused(identity: Identity, session: Session) -> Identity:
    """The identity as a refusal tells it: a session that was never this person's is named nowhere."""
    own = session.exists and session.person == identity.person
    return identity if own else identity._replace(session=NO_SESSION)


def _acts_as(person: Person, role: Role) -> bool:
    """A service account acts as the originator that it was described as, and nobody else acts as a service."""
    if role == "service":
        return person.is_service and person.duty == "originator"
    return not person.is_service


def _reaches(grant: Grant, action: str, touches: Class, trial: str | None, site: str | None, now: datetime) -> bool:
    """Whether the grant holds for that trial and site; what concerns no trial takes a grant for all, but for a few."""
    if trial is None and touches != "SYSTEM":
        return False
    where = grant.trial if trial is None and action in ANY_TRIAL else trial
    at = grant.sites[0] if site is None and grant.sites and action in TRIAL_VOICE else site
    return grant.covers(where, at, now)


def _held(
    identity: Identity, person: Person, action: str, trial: str | None, site: str | None, now: datetime
) -> tuple[Held, ...]:
    held = holdings(person, action, trial=trial, site=site, now=now)
    if identity.strength == "emergency":
        return tuple(one for one in held if one.role in EMERGENCY_ROLES)
    return held


def _counts(one: Held, action: str) -> bool:
    return one.trained or (action in EMERGENCY and one.role in EMERGENCY_ROLES)


def _allowed(person: Person, role: ActingRole, grant: str, action: str, system_position: int) -> Allowed:
    authority = Authority(
        grant=grant, rule=f"{action}/{role}", system_position=system_position, table_version=TABLE_VERSION
    )
    return Allowed(Actor(person.person, person.printed_name, role, person.organisation), authority)


def _training_expired(person: Person) -> Refusal:
    return Refusal(
        "training_expired",
        f"The training on which {person.person}'s role rests has run out.",
        rule="roles-need-current-training",
        next_step="Have the training repeated and recorded, and the role given on it.",
    )


def _not_allowed(person: Person, action: str, site: str | None) -> Refusal:
    where = f" at site {site}" if site else ""
    return Refusal(
        "not_allowed",
        f"{person.person} holds no role that may {action.replace('_', ' ')}{where} now.",
        rule="default-deny",
        next_step=DESK if action == CODE_BREAK else "Ask an administrator for the role, or ask somebody who holds it.",
    )


def refused(rule: str, system_position: int) -> Authority:
    """What stands where an authority would, in the record of a refusal."""
    return of_the_product(rule, system_position)


def of_the_product(rule: str, system_position: int) -> Authority:
    """What the product records by itself: setting up, log-ins, failed attempts."""
    return Authority(grant="none", rule=rule, system_position=system_position, table_version=TABLE_VERSION)


class AllowedReading(NamedTuple):
    """The gate's yes to a reader; `sites` are those whose content may be read, None for all."""

    actor: Actor
    authority: Authority
    sites: frozenset[str] | None


def decide_reading(
    identity: Identity,
    person: Person,
    session: Session,
    action: str,
    *,
    trial: str | None,
    now: datetime,
    system_position: int,
    whole: bool = False,
) -> AllowedReading:
    """Allow a read and say how far it reaches; a trial-wide role first, else the sites where a role allows it.

    `whole` is for what cannot be read in part: the trial-wide role or nothing.
    """

    def at(site: str | None) -> Allowed:
        return decide(
            identity, person, session, action, trial=trial, site=site, now=now, system_position=system_position
        )

    try:
        allowed = at(None)
    except Refusal as refusal:
        held = {} if whole else _held_by_site(identity, person, action, trial, now)
        if refusal.code not in {"not_allowed", "training_expired"} or not held:
            raise
        sites = frozenset(site for site, grants in held.items() if any(_counts(one, action) for one in grants))
        allowed = at(min(sites or held))
        return AllowedReading(allowed.actor, allowed.authority, sites)
    return AllowedReading(allowed.actor, allowed.authority, None)


def _held_by_site(
    identity: Identity, person: Person, action: str, trial: str | None, now: datetime
) -> dict[str, tuple[Held, ...]]:
    """What the person holds for the read at each site; a grant without clearance adds no site."""
    named = {site for grant in person.grants for site in grant.sites or ()}
    held = {site: _held(identity, person, action, trial, site, now) for site in named}
    return {site: grants for site, grants in held.items() if grants}
