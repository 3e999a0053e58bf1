"""Never one person: every pair of roles in both orders, and any sequence of grants, against the rules in words."""

from contextlib import suppress
from datetime import datetime
from itertools import combinations
from typing import NamedTuple, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.people.commands import DeactivatePerson
from domain.people.facts import GrantEnded, GrantGiven
from domain.people.grant_commands import EndGrant
from domain.people.roles import READ_ONLY, SITE_ROLES, SPONSOR_ROLES, Role
from domain.people.separations import SEPARATIONS, Separation, separations_of
from tests.domain.people_story import Office, days, granting, office, with_roles

EVERY: tuple[Role, ...] = get_args(Role)
ROLES: list[Role] = [role for role in EVERY if role != "service"]
SITE = {"investigator", "sub_investigator", "site_coordinator"}
SPONSOR = {"sponsor_lead", "medical_monitor", "monitor", "statistician", "data_manager", "safety_physician"}
KNOWS_ARMS = {
    "unblinded_pharmacist", "randomisation_statistician", "safety_unblinder", "unblinding_officer", "unblinded_monitor",
    "committee_statistician",
}  # fmt: skip
BLINDED = {*SITE, *SPONSOR, "auditor", "inspector", "code_break_desk"}
ALONE = {"administrator", "code_break_desk", "inspector"}


def others(role: Role) -> list[Role]:
    """All other roles of persons."""
    return [other for other in ROLES if other != role]


def mixes(one: str, other: str) -> bool:
    """A blinded role and one that knows arms."""
    return (one in BLINDED and other in KNOWS_ARMS) or (other in BLINDED and one in KNOWS_ARMS)


def excludes(one: str, other: str) -> bool:
    """Duties that no one joins at one time in one trial."""
    pair = {one, other}
    sides = (pair & SPONSOR and pair & SITE) or ("randomisation_statistician" in pair and pair & SITE)
    return bool(pair & ALONE or sides or pair == {"key_custodian", "database_owner"})


def anywhere(one: str, other: str) -> bool:
    """Duties that no one joins in the whole deployment."""
    return "administrator" in {one, other} or {one, other} == {"key_custodian", "database_owner"}


def refused(world: Office, role: Role, trial: str | None) -> bool:
    sites = ("01",) if role in SITE_ROLES and trial else None
    try:
        world.when(granting(world, role, trial=trial, sites=sites))
    except Refusal as refusal:
        return refusal.code in {"mixed_blinding", "mixed_duties"}
    return False


@pytest.mark.requirement("E6-08", "EMA-14", "MHRA-04")
@pytest.mark.parametrize("held", ROLES)
def test_of_every_pair_of_roles_those_that_are_kept_apart_are_refused_in_both_orders(held: Role) -> None:
    for asked in others(held):
        assert refused(with_roles(held), asked, "T1") is (mixes(held, asked) or excludes(held, asked)), asked


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("held", ROLES)
def test_a_role_that_has_ended_still_excludes_the_other_side_of_the_blind_and_no_more(held: Role) -> None:
    for asked in others(held):
        world = with_roles(held)
        world.when(EndGrant(person="u1", grant=world.person().grants[0].grant))
        assert refused(world, asked, "T1") is mixes(held, asked), asked


@pytest.mark.parametrize("held", ROLES)
def test_a_role_in_one_trial_excludes_little_in_another(held: Role) -> None:
    for asked in others(held):
        assert refused(with_roles(held), asked, "T2") is anywhere(held, asked), asked


@pytest.mark.parametrize("held", [role for role in ROLES if role not in SITE_ROLES | {"unblinding_officer"}])
def test_a_role_for_all_trials_counts_in_every_one(held: Role) -> None:
    for asked in others(held):
        world = office()
        world.given_role(held, trial=None)
        assert refused(world, asked, "T7") is (mixes(held, asked) or excludes(held, asked)), asked
        if asked not in SITE_ROLES | {"unblinding_officer"}:
            assert refused(with_roles_in("T7", held), asked, None) is (mixes(held, asked) or excludes(held, asked))


def with_roles_in(trial: str, role: Role) -> Office:
    world = office()
    world.given_role(role, trial=trial)
    return world


@pytest.mark.requirement("E6-08")
def test_an_auditor_who_knows_arms_is_never_blinded_again_in_that_trial() -> None:
    world = office()
    world.given_role("auditor", clearance="unblinded", ends=world.now + days(5))
    world.later(days=30)

    for role in ("monitor", "data_manager"):
        assert world.refuses(granting(world, role)).code == "mixed_blinding"
    assert world.refuses(granting(world, "auditor")).code == "mixed_blinding"
    assert world.when(granting(world, "auditor", trial="T2"))


def test_a_blinded_auditor_is_not_given_what_tells_arms() -> None:
    world = with_roles("auditor")

    wish = granting(world, "auditor", clearance="unblinded", ends=world.now + days(5))

    assert world.refuses(wish).code == "mixed_blinding"


def test_an_inspector_may_come_blinded_to_one_visit_and_unblinded_to_another() -> None:
    world = office()
    for clearance in ("blinded", "unblinded", "blinded"):
        world.given_role("inspector", clearance=clearance)

    for role in ("monitor", "unblinded_monitor"):
        assert world.refuses(granting(world, role)).code == "mixed_blinding"


@pytest.mark.parametrize("row", SEPARATIONS, ids=lambda row: row.rule)
def test_each_row_parts_its_two_sides_in_both_orders_while_a_role_is_held_or_for_good(row: Separation) -> None:
    pairs: list[tuple[Role, Role]] = [
        (one, other) for one in ROLES for other in ROLES if separations_of(one, other) == (row,)
    ]
    assert pairs
    for held, asked in pairs:
        assert (asked, held) in pairs
        world = with_roles(held)
        assert world.person().parted_by(asked, "T1", world.now) == row
        world.when(EndGrant(person="u1", grant=world.person().grants[0].grant))
        assert world.person().parted_by(asked, "T1", world.now) == (row if row.lasts else None)


def test_no_role_is_kept_apart_from_itself() -> None:
    assert not any(separations_of(role, role) for role in EVERY)


def test_a_refusal_names_the_row_and_its_clause() -> None:
    refusal = with_roles("monitor").refuses(granting(Office(), "investigator"))

    assert (refusal.code, refusal.rule) == ("mixed_duties", "sponsor-is-not-site")
    assert "ICH E6(R3) 3.16.1" in refusal.what


def test_sponsor_and_site_share_no_role() -> None:
    assert not SPONSOR_ROLES & SITE_ROLES
    assert sorted(SPONSOR_ROLES) == sorted(SPONSOR)
    assert sorted(SITE_ROLES) == sorted(SITE)


class Held(NamedTuple):
    """A grant as its entries tell it: from when on it was held, and until when."""

    fact: GrantGiven
    until: datetime | None

    def overlaps(self, other: "Held") -> bool:
        first, second = sorted((self, other), key=lambda held: held.fact.starts)
        return first.until is None or second.fact.starts < first.until

    def meets(self, other: "Held") -> bool:
        return None in (self.fact.trial, other.fact.trial) or self.fact.trial == other.fact.trial


def held_by(world: Office, person: str) -> list[Held]:
    entries = world.entries[f"system/person/{person}"]
    given_facts = [entry.fact for entry in entries if isinstance(entry.fact, GrantGiven)]
    ended = {entry.fact.grant: entry.frame.recorded_at for entry in entries if isinstance(entry.fact, GrantEnded)}
    return [Held(fact, ended.get(fact.grant, fact.ends)) for fact in given_facts]


class Give(NamedTuple):
    person: str
    role: Role
    trial: str | None
    clearance: str | None
    ahead: int


class End(NamedTuple):
    person: str
    number: int


class Leave(NamedTuple):
    person: str


class Wait(NamedTuple):
    span: int


Act = Give | End | Leave | Wait
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.builds(
        Give,
        st.sampled_from(["u1", "u2", "admin-01"]),
        st.sampled_from(ROLES),
        st.sampled_from(["T1", "T2", None]),
        st.sampled_from([None, None, "blinded", "unblinded"]),
        st.sampled_from([0, 0, 5]),
    ),
    st.builds(End, st.sampled_from(["u1", "u2"]), st.integers(0, 4)),
    st.builds(Leave, st.just("u2")),
    st.builds(Wait, st.sampled_from([1, 20, 100])),
)


def attempt(world: Office, act: Act) -> None:
    """Do it, if it is allowed."""
    with suppress(Refusal):
        match act:
            case Give(person, role, trial, clearance, ahead):
                starts = world.now + days(ahead)
                ends = starts + days(60) if role in READ_ONLY else None
                chosen = clearance if role in READ_ONLY else None
                world.when(
                    granting(world, role, trial=trial, clearance=chosen, starts=starts, ends=ends, person=person)
                )
            case End(person, number):
                for grant in world.person(person).grants[number : number + 1]:
                    world.when(EndGrant(person=person, grant=grant.grant))
            case Leave(person):
                world.when(DeactivatePerson(person=person))
            case Wait(span):
                world.later(days=span)


@pytest.mark.requirement("E6-08", "EMA-14", "MHRA-04")
@settings(max_examples=150, deadline=None)
@given(st.lists(ACTS, max_size=30))
def test_no_sequence_of_grants_ever_joins_what_is_kept_apart(acts: list[Act]) -> None:
    world = office("u1", "u2", "admin-01")

    for act in acts:
        attempt(world, act)

    for person in ("u1", "u2", "admin-01"):
        held = held_by(world, person)
        assert all(one.fact.approved_by not in (one.fact.requested_by, person) for one in held)
        for one, other in combinations(held, 2):
            pair = (one.fact.role, other.fact.role)
            known = {one.fact.clearance, other.fact.clearance} - {"none"}
            if one.meets(other) and pair != ("inspector", "inspector"):
                assert len(known) < 2 or "unblinded" not in known
            if one.overlaps(other) and pair[0] != pair[1]:
                assert not (one.meets(other) and excludes(*pair))
                assert not anywhere(*pair)
