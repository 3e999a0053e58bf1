"""The gate a second time, in Cedar: who may, generated from the table; the general rules, written by hand.

    permit   one policy for each role: the actions whose rows name it
    forbid   account, session, emergency, service, time, training, clearance, trial, site

Cedar denies by default, and a forbid outweighs every permit. Each request is one holder of one grant.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from cedarpy import (
    Decision,
    Entities,
    PolicySet,
    is_authorized_batch,  # pyright: ignore[reportUnknownVariableType]  # its dictionaries have no types
)

from compliance.gate import Identity
from compliance.gate_table import ANY_TRIAL, EMERGENCY, OWN, TABLE, TRIAL_VOICE, Row
from domain.people.person import Person
from domain.people.public_keys import device_of
from domain.session.session import Session

AT_ONCE: Final = 2_000

RULES: Final = """
// The account is registered and open.
forbid(principal, action, resource) unless { principal.registered && principal.active };

// The session was started, is the one presented, belongs to who presents it, is as strong as claimed, and is open.
forbid(principal, action, resource) unless {
  context.session.started
  && context.session.id == context.claimed.session
  && context.session.person == context.claimed.person
  && principal.person == context.claimed.person
  && context.session.strength == context.claimed.strength
  && !context.session.ended
  && context.now < context.session.ends
};
forbid(principal, action, resource) when { context.claimed.strength == "asserted" };

// A service comes by a key of its own that counts, and nobody else does.
forbid(principal, action, resource) when { principal.is_service != (context.claimed.strength == "machine") };
forbid(principal, action, resource)
  when { context.claimed.strength == "machine" && !principal.devices.contains(context.session.device) };

// A service account acts as a described originator and as nothing else; nobody else acts as a service.
forbid(principal in Role::"service", action, resource)
  unless { principal.is_service && principal has duty && principal.duty == "originator" };
forbid(principal, action, resource) when { principal.is_service } unless { principal in Role::"service" };

// An emergency credential opens the code break, for those who may break it.
forbid(principal, action, resource)
  when { context.claimed.strength == "emergency" }
  unless {
    action in Action::"emergency"
    && (principal in Role::"investigator" || principal in Role::"sub_investigator"
        || principal in Role::"code_break_desk")
  };

// A grant counts from its start until its end.
forbid(principal, action, resource)
  unless { principal.starts <= context.now && (!(principal has ends) || context.now < principal.ends) };

// A role rests on current training; who may break the code is not held up by it in an emergency.
forbid(principal, action, resource)
  when { principal.needs_training && !(principal has trained_until && context.now < principal.trained_until) }
  unless {
    action in Action::"emergency"
    && (principal in Role::"investigator" || principal in Role::"sub_investigator"
        || principal in Role::"code_break_desk")
  };

// The clearance reaches what the action touches.
forbid(principal, action in Action::"class:VAULT", resource) unless { principal.clearance == "unblinded" };
forbid(principal, action in Action::"class:SAFETY", resource)
  unless {
    principal.clearance == "safety" || principal.clearance == "unblinded"
    || (principal has sites && principal.clearance != "none")
  };
forbid(principal, action in [Action::"class:TRIAL", Action::"class:ACCESS"], resource)
  when { principal.clearance == "none" };

// What is about a trial happens in one; its grant is for that or all trials, without a trial for all but in a few acts.
forbid(principal, action, resource) unless { action in Action::"class:SYSTEM" || resource has trial };
forbid(principal, action, resource)
  when { principal has trial }
  unless {
    (resource has trial && resource.trial == principal.trial)
    || (!(resource has trial) && action in Action::"any_trial")
  };

// The grant is for that site or all; for the trial as a whole a site speaks in a few acts only.
forbid(principal, action, resource)
  when { principal has sites }
  unless {
    (resource has site && principal.sites.contains(resource.site))
    || (!(resource has site) && action in Action::"trial_voice")
  };
"""

OWN_RULES: Final = (
    RULES[: RULES.index("// A service account acts as")]
    + """
permit(principal, action in Action::"own", resource) when { resource has about && resource.about == principal.person };
forbid(principal, action, resource) when { principal.is_service };
forbid(principal, action, resource) when { context.claimed.strength == "emergency" };
"""
)
"""What an account may do about itself: no role, no training, no trial and no site come in."""


class Asked(NamedTuple):
    """One question to the gate, about one holder of at most one grant; `about` for one's own account only."""

    identity: Identity
    person: Person
    session: Session
    action: str
    trial: str | None
    site: str | None
    now: datetime
    about: str | None = None


class Cedar:
    """Answers questions by Cedar policies."""

    def __init__(self, table: Mapping[str, Row] = TABLE, rules: str = RULES) -> None:
        self._table = table
        self._policies = PolicySet.from_str(permits(table) + rules)

    def answers(self, asked: Sequence[Asked]) -> list[bool]:
        """Whether each is allowed."""
        found: list[bool] = []
        for start in range(0, len(asked), AT_ONCE):
            found.extend(self._batch(asked[start : start + AT_ONCE]))
        return found

    def _batch(self, asked: Sequence[Asked]) -> list[bool]:
        entities: dict[str, dict[str, Any]] = {}
        requests = [self._request(one, entities) for one in asked]
        for role in {role for row in self._table.values() for role in row.roles}:
            _entity(entities, "Role", role, {})
        for action, row in self._table.items():
            _entity(entities, "Action", action, {}, _groups(action, row))
        for action in OWN:
            _entity(entities, "Action", action, {}, [("Action", "own")])
        told = json.dumps(list(entities.values()))
        known = Entities.from_json_str(told)  # pyright: ignore[reportUnknownMemberType]  # its schema has no type
        results = is_authorized_batch(requests, self._policies, known)
        assert not any(result.diagnostics.errors for result in results), "a policy could not be evaluated"
        return [result.decision == Decision.Allow for result in results]

    def _request(self, one: Asked, entities: dict[str, dict[str, Any]]) -> dict[str, Any]:
        place = {
            name: value for name, value in (("trial", one.trial), ("site", one.site), ("about", one.about)) if value
        }
        session = one.session
        return {
            "principal": _holder_in(entities, one.person),
            "action": f'Action::"{one.action}"',
            "resource": _entity(entities, "Place", repr(place), place),
            "context": {
                "now": _second(one.now),
                "claimed": {
                    "person": one.identity.person,
                    "session": one.identity.session,
                    "strength": one.identity.strength,
                },
                "session": {
                    "started": session.exists,
                    "id": session.session,
                    "person": session.person,
                    "strength": session.strength,
                    "device": session.device,
                    "ended": session.ended,
                    "ends": _second(session.ends),
                },
            },
        }


def permits(table: Mapping[str, Row]) -> str:
    """One policy for each role, in the table's own words."""
    roles = sorted({role for row in table.values() for role in row.roles})
    listed = {
        role: ", ".join(f'Action::"{name}"' for name, row in table.items() if role in row.roles) for role in roles
    }
    return "\n".join(f'permit(principal in Role::"{role}", action in [{listed[role]}], resource);' for role in roles)


def _groups(action: str, row: Row) -> list[tuple[str, str]]:
    sets = {"trial_voice": TRIAL_VOICE, "any_trial": ANY_TRIAL, "emergency": EMERGENCY}
    return [("Action", f"class:{row.touches}"), *(("Action", name) for name, held in sets.items() if action in held)]


def _holder_in(entities: dict[str, dict[str, Any]], person: Person) -> str:
    name = str(id(person))
    if f"Holder/{name}" in entities:
        return f'Holder::"{entities[f"Holder/{name}"]["uid"]["id"]}"'
    return _entity(entities, "Holder", name, *_holder(person))


def _holder(person: Person) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The account with its one grant, as attributes; what it has not is left out."""
    told: dict[str, Any] = {
        "person": person.person,
        "registered": person.exists,
        "active": person.active,
        "is_service": person.is_service,
        "duty": person.duty,
        "devices": [device_of(key.key) for key in person.keys if not key.revoked],
        "starts": 0,
        "needs_training": False,
        "clearance": "none",
    }
    roles: list[tuple[str, str]] = []
    for grant in person.grants:
        records = [one for one in person.trainings if one.training == grant.training]
        told |= {
            "trial": grant.trial,
            "sites": None if grant.sites is None else list(grant.sites),
            "clearance": grant.clearance,
            "starts": _second(grant.starts),
            "ends": None if grant.ends is None else _second(grant.ends),
            "needs_training": grant.training is not None,
            "trained_until": max((_until(one.expires) for one in records), default=None),
        }
        roles.append(("Role", grant.role))
    return {name: value for name, value in told.items() if value is not None}, roles


def _entity(
    entities: dict[str, dict[str, Any]],
    kind: str,
    name: str,
    attributes: dict[str, Any],
    parents: Sequence[tuple[str, str]] = (),
) -> str:
    """Make an entity known, once; its Cedar name."""
    key = f"{kind}/{name}"
    if key not in entities:
        called = name if kind in {"Role", "Action"} else str(len(entities))
        above = [{"type": of, "id": it} for of, it in parents]
        entities[key] = {"uid": {"type": kind, "id": called}, "attrs": attributes, "parents": above}
    uid = entities[key]["uid"]
    return f'{uid["type"]}::"{uid["id"]}"'


def _second(moment: datetime) -> int:
    return int(moment.timestamp())


def _until(expires: datetime | None) -> int:
    return 1 << 40 if expires is None else _second(expires)
