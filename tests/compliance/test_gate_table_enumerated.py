"""Over the whole space the gate decides as its rendering in Cedar does; the two were written apart.

A person's decision is that of any one of the grants held, so that the space is that of one grant. It is walked in
blocks, each the full product of dimensions that one rule may join; between blocks nothing is joined:

- scope: role x action x the grant's trial x the trial asked for x the grant's sites x the site asked for
- clearance: role x action x clearance x the grant's sites x training
- session: role x action x strength x training, in an open session
- standing: account x session x claimed strength x what else is claimed, for one action of each kind
- time: role x action x the grant's window x account
- service: role x action x kind of account x its duty x its key
- own account: action x whom it is about x account x strength
- several grants: pairs of grants that each Cedar answer was asked for alone
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from compliance.gate import decide, decide_own, decide_reading
from compliance.gate_table import OWN, TABLE, Row
from domain.errors import Refusal
from domain.people.facts import Duty
from domain.people.person import Grant, Person
from domain.people.roles import Clearance, Role
from domain.record import Strength
from domain.session.session import Session
from tests.compliance.cedar_gate import OWN_RULES, RULES, Asked, Cedar
from tests.compliance.gate_people import CURRENT, EXPIRED, KEY, NOW, SECOND, grant, identity, person, session

ROLES: tuple[Role | None, ...] = (*get_args(Role), None)
ACTIONS = (*TABLE, *sorted(OWN), "stop_recording")
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
CLEARANCES: tuple[Clearance, ...] = get_args(Clearance)
TRAININGS = {"current": (CURRENT,), "expired": (EXPIRED,), "none": ()}
TRIALS = {"own": "T1", "other": "T2", "all": None}
SITES: Mapping[str, tuple[str, ...] | None] = {"own": ("01",), "other": ("02",), "all": None}
KINDS = ("grant_role", "verify_identity", "enrol", "approve_decision", "break_blind", "read_vault_ledger", "nothing")
"""One action of each kind: people, people in any trial, a site's, the trial's voice, an emergency, the vault, none."""


def holder(role: Role | None, **more: Any) -> Person:
    """Somebody with that one role, of the account that the role is for; without a role, nobody with a grant."""
    service = role == "service"
    held = () if role is None else (grant(role, **more),)
    return person(*held, is_service=service, duty="originator" if service else None)


def asked(who: Person, action: str, **more: Any) -> Asked:
    strength: Strength = "machine" if who.is_service else "password_totp"
    fields: dict[str, Any] = {
        "identity": identity(strength),
        "session": session(strength),
        "trial": "T1",
        "site": "01",
        "now": NOW,
        **more,
    }
    return Asked(person=who, action=action, **fields)


def scope() -> Iterator[Asked]:
    for role, trial, sites in product(ROLES, TRIALS.values(), SITES.values()):
        who = holder(role, trial=trial, sites=sites)
        for action, at_trial, at_site in product(ACTIONS, ("T1", None), ("01", None)):
            yield asked(who, action, trial=at_trial, site=at_site)


def clearance() -> Iterator[Asked]:
    for role, cleared, sites, training in product(ROLES, CLEARANCES, SITES.values(), ("current", "expired")):
        who = replace(holder(role, clearance=cleared, sites=sites, trial=None), trainings=TRAININGS[training])
        for action in ACTIONS:
            yield asked(who, action)


def sessions() -> Iterator[Asked]:
    for role, strength, training in product(ROLES, STRENGTHS, TRAININGS.values()):
        who = replace(holder(role, trial=None), trainings=training)
        for action in ACTIONS:
            yield asked(who, action, identity=identity(strength), session=session(strength))


def standing() -> Iterator[Asked]:
    """Who and what stands behind a request, in every mixture."""
    roles: tuple[Role, ...] = ("investigator", "administrator")
    for role, account in product(roles, (open_one, ended, unknown)):
        who = account(holder(role, trial=None))
        for strength, through, action in product(STRENGTHS, SESSIONS, KINDS):
            said = identity(strength)
            for claimed in (said, said._replace(session="s2"), said._replace(person="u2")):
                yield asked(who, action, identity=claimed, session=through)


def times() -> Iterator[Asked]:
    for role, window, account in product(ROLES, WINDOWS, (open_one, ended, unknown)):
        for action in ACTIONS:
            yield asked(account(holder(role, trial=None, **window)), action)


def open_one(who: Person) -> Person:
    return who


def ended(who: Person) -> Person:
    return replace(who, active=False)


def unknown(who: Person) -> Person:
    return replace(who, version=0)


WINDOWS: tuple[dict[str, Any], ...] = (
    {},
    {"starts": NOW},
    {"starts": NOW + SECOND},
    {"ends": NOW + SECOND},
    {"ends": NOW},
    {"ends": NOW - SECOND},
)
SESSIONS: tuple[Session, ...] = tuple(
    one
    for strength in STRENGTHS
    for one in (
        session(strength),
        session(strength, ended=True),
        session(strength, ends=NOW),
        session(strength, ends=NOW + SECOND),
        session(strength, of="u2"),
        replace(session(strength), version=0),
    )
)


def services() -> Iterator[Asked]:
    duties: tuple[Duty | None, ...] = (*get_args(Duty), None)
    keys = ((KEY,), (replace(KEY, revoked=True),), ())
    for role, is_service, duty, held in product(ROLES, (True, False), duties, keys):
        grants = () if role is None else (grant(role, trial=None),)
        who = replace(person(*grants, is_service=is_service, duty=duty), keys=held)
        for action in ACTIONS:
            yield asked(who, action)


def own() -> Iterator[Asked]:
    people = [person(), person(grant("administrator")), person(is_service=True, duty="originator"), Person.start()]
    accounts = [account for who in people for account in (who, replace(who, active=False))]
    for who, action, about, strength in product(accounts, ACTIONS, ("u1", "u2", None), STRENGTHS):
        yield asked(
            who, action, trial=None, site=None, about=about, identity=identity(strength), session=session(strength)
        )


BLOCKS = {
    "scope": scope,
    "clearance": clearance,
    "session": sessions,
    "standing": standing,
    "time": times,
    "service": services,
}


def gate_says(one: Asked) -> bool:
    try:
        allowed = decide(
            one.identity,
            one.person,
            one.session,
            one.action,
            trial=one.trial,
            site=one.site,
            now=one.now,
            system_position=7,
        )
    except Refusal:
        return False
    (held,) = one.person.grants
    assert allowed.authority.rule == f"{one.action}/{held.role}"
    assert allowed.authority.grant == held.grant
    return True


def gate_says_of_own(one: Asked) -> bool:
    try:
        decide_own(one.identity, one.person, one.session, one.action, about=one.about, now=one.now, system_position=7)
    except Refusal:
        return False
    return True


def differences(questions: list[Asked], said: list[bool]) -> list[Asked]:
    return [one for one, answer in zip(questions, said, strict=True) if gate_says(one) is not answer]


@pytest.mark.requirement("P11-07", "P11-12")
@pytest.mark.parametrize("block", sorted(BLOCKS))
def test_the_gate_decides_as_cedar_does_over_the_whole_space(block: str, record_property: Any) -> None:
    questions = list(BLOCKS[block]())
    said = Cedar().answers(questions)

    differ = differences(questions, said)

    record_property("decisions", len(questions))
    print(f"{block}: {len(questions):,} decisions, {sum(said):,} allowed, {len(differ)} differ")  # noqa: T201 (the count)
    assert differ == []
    assert 0 < sum(said) < len(questions) / 2, "a space in which most is allowed, or nothing, shows little"


@pytest.mark.requirement("P11-12")
def test_of_ones_own_account_the_gate_decides_as_cedar_does(record_property: Any) -> None:
    questions = list(own())

    said = Cedar({}, OWN_RULES).answers(questions)

    record_property("decisions", len(questions))
    print(f"own account: {len(questions):,} decisions, {sum(said):,} allowed")  # noqa: T201 (the count)
    assert [gate_says_of_own(one) for one in questions] == said
    assert 0 < sum(said) < len(questions)


READS = tuple(action for action in ACTIONS if action.startswith(("read_", "report_")))
READING: tuple[Role, ...] = ("investigator", "site_coordinator", "safety_physician", "auditor", "medical_monitor")
HELD: tuple[Grant, ...] = tuple(
    replace(grant(role, sites=sites, training=training), grant=f"{role}/{sites}/{training}")
    for role, sites, training in product(
        READING,
        (("01",), ("02",), None),
        ("t1", "t0"),
    )
)


def test_of_several_grants_any_one_that_counts_decides_and_each_adds_its_own_sites_alone() -> None:
    places = ("01", "02", None)
    singles = [(held, action, site) for held in HELD for action in READS for site in places]
    said = Cedar().answers([asked(person(held), action, site=site) for held, action, site in singles])
    alone = dict(zip([(held.grant, action, site) for held, action, site in singles], said, strict=True))

    for pair, action in product(combinations(HELD, 2), READS):
        where = {site for site in places if any(alone[held.grant, action, site] for held in pair)}
        assert reach(person(*pair), action) == (None if None in where else frozenset(where)), (pair, action)


def reach(who: Person, action: str) -> frozenset[str | None] | None:
    """The sites that may be read; None for all, no site for a refusal."""
    try:
        return decide_reading(identity(), who, session(), action, trial="T1", now=NOW, system_position=7).sites
    except Refusal:
        return frozenset()


OTHERS = ("decide_eligibility", "disclose_arm", "record_fact")
"""What the wrong places are about, where the actions of each kind do not show them."""


def wrong_row() -> Cedar:
    """One role too many in one row."""
    row = TABLE["decide_eligibility"]
    return Cedar({**TABLE, "decide_eligibility": Row(row.touches, (*row.roles, "site_coordinator"))})


def wrong_class() -> Cedar:
    """One row that touches less than it does."""
    return Cedar({**TABLE, "disclose_arm": Row("TRIAL", TABLE["disclose_arm"].roles)})


def without(comment: str) -> Cedar:
    """All rules but those under one comment."""
    parts = RULES.split("\n// ")
    kept = [part for part in parts if not part.startswith(comment)]
    assert len(kept) == len(parts) - 1, f"no rule begins with {comment}"
    return Cedar(rules="\n// ".join(kept))


WRONG: dict[str, tuple[str, Callable[[], Cedar]]] = {
    "row": ("scope", wrong_row),
    "class": ("clearance", wrong_class),
    "trial": ("scope", lambda: without("What is about a trial happens")),
    "site": ("scope", lambda: without("The grant is for that site")),
    "clearance": ("clearance", lambda: without("The clearance reaches")),
    "training": ("clearance", lambda: without("A role rests on current training")),
    "emergency": ("session", lambda: without("An emergency credential")),
    "account": ("standing", lambda: without("The account is registered")),
    "session": ("standing", lambda: without("The session was started")),
    "time": ("time", lambda: without("A grant counts from")),
    "key": ("service", lambda: without("A service comes by a key")),
    "duty": ("service", lambda: without("A service account acts")),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_rendering_that_is_wrong_in_one_place_is_found_to_differ(wrong: str) -> None:
    block, cedar = WRONG[wrong]
    few = [one for one in BLOCKS[block]() if one.action in {*KINDS, *OTHERS}]
    few = few[:: max(1, len(few) // 6_001)]

    assert differences(few, cedar().answers(few))
