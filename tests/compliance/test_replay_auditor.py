"""Every fact is decided again as it was; whatever was altered in what it was decided on is named."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from compliance.pages import all_entries
from compliance.replay_auditor import Audit, Difference, audit
from domain.access.facts import CommandRefused
from domain.people.facts import GrantGiven
from domain.record import Entry
from domain.session.facts import SessionStarted
from tests.compliance.busy_trial import busy
from tests.compliance.stores import open_desk

SYSTEM = "system"
Alter = Callable[[Entry], Entry]


class Store(NamedTuple):
    """All ledgers of a store, entry by entry."""

    ledgers: dict[str, list[Entry]]

    def audited(self) -> Audit:
        others = {name: entries for name, entries in self.ledgers.items() if name != SYSTEM}
        return audit(self.ledgers[SYSTEM], others)

    def altered(self, at: Entry, alter: Alter) -> "Store":
        """The same store, but for one entry."""
        ledger = at.frame.ledger
        entries = [alter(entry) if entry is at else entry for entry in self.ledgers[ledger]]
        return Store({**self.ledgers, ledger: entries})

    def all(self) -> Iterator[Entry]:
        for entries in self.ledgers.values():
            yield from entries

    def one(self, kind: str, actor: str, ledger: str = "trial:T1") -> Entry:
        return next(e for e in self.ledgers[ledger] if e.frame.type == kind and e.body.actor == actor)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    with open_desk(tmp_path_factory.mktemp("busy")) as desk:
        busy(desk)
        return Store({name: all_entries(desk.store.ledger, name) for name in desk.store.ledger.ledgers()})


def body(**changes: Any) -> Alter:
    return lambda entry: replace(entry, body=replace(entry.body, **changes))


def authority(**changes: Any) -> Alter:
    return lambda entry: replace(entry, body=replace(entry.body, authority=replace(entry.body.authority, **changes)))


def of_the_product(rule: str) -> Alter:
    """As if the product had recorded it by itself."""
    return lambda entry: body(role="none")(authority(grant="none", rule=rule)(entry))


def fact(**changes: Any) -> Alter:
    return lambda entry: replace(entry, body=replace(entry.body, payload=replace(entry.fact, **changes)))


def named(store: Store, at: Entry) -> set[str]:
    """What differs at that entry."""
    places = (at.frame.ledger, at.frame.position)
    return {one.what for one in store.audited().differences if (one.ledger, one.position) == places}


@pytest.mark.requirement("P11-12")
def test_what_was_decided_is_decided_again_the_same_for_every_fact_of_every_ledger(store: Store) -> None:
    found = store.audited()

    assert found.differences == ()
    assert found.decided + found.by_product == len(list(store.all()))
    assert found.by_product == sum(entry.body.authority.grant == "none" for entry in store.all())
    rules = {entry.body.authority.rule.partition("/")[2] for entry in store.all()}
    assert rules >= {"investigator", "service", "own", "sponsor_lead", "auditor", "administrator"}
    assert {entry.body.strength for entry in store.all()} == {"password_totp", "emergency", "machine"}
    assert any(isinstance(entry.fact, CommandRefused) for entry in store.all())


ALTERED: dict[str, tuple[Alter, set[str]]] = {
    "grant": (authority(grant="another"), {"grant"}),
    "action": (authority(rule="open_screening/site_coordinator"), {"refused"}),
    "role in the rule": (authority(rule="record_visit/investigator"), {"rule"}),
    "role": (body(role="investigator"), {"role"}),
    "name": (body(printed_name="Another Name"), {"printed_name"}),
    "organisation": (body(organisation="Another"), {"organisation"}),
    "table": (authority(table_version="gate-1"), {"table_version"}),
    "beyond": (authority(system_position=100_000), {"position"}),
    "before the grant": (authority(system_position=3), {"refused"}),
    "never": (authority(system_position=-1), {"position"}),
    "actor": (body(actor="coo02"), {"refused"}),
    "session": (body(session="another"), {"refused"}),
    "no session": (body(session=None), {"refused"}),
    "strength": (body(strength="passkey"), {"refused"}),
    "asserted": (body(strength="asserted"), {"refused"}),
    "no grant": (authority(grant="none"), {"rule"}),
}


@pytest.mark.requirement("P11-12")
@pytest.mark.parametrize("altered", ALTERED)
def test_what_was_altered_in_an_entry_is_named_there(store: Store, altered: str) -> None:
    visit = store.one("participant.visit_recorded.v1", "away")
    alter, what = ALTERED[altered]

    found = store.altered(visit, alter)

    assert named(found, visit) == what


def test_a_difference_tells_what_stands_there_and_what_would(store: Store) -> None:
    visit = store.one("participant.visit_recorded.v1", "away")
    place = (visit.frame.ledger, visit.frame.position)

    (by_role,) = store.altered(visit, body(role="investigator")).audited().differences
    (refused,) = store.altered(visit, body(actor="coo02")).audited().differences
    (late,) = store.altered(visit, authority(system_position=100_000)).audited().differences

    assert by_role == Difference(*place, "role", "investigator", "site_coordinator")
    assert refused == Difference(*place, "refused", "record_visit/site_coordinator", "acts-need-an-open-session")
    assert late == Difference(*place, "position", "100000", str(len(store.ledgers[SYSTEM])))


def test_a_grant_altered_afterwards_no_longer_carries_what_was_done_on_it(store: Store) -> None:
    given = next(e for e in store.ledgers[SYSTEM] if isinstance(e.fact, GrantGiven) and e.fact.person == "away")
    visit = store.one("participant.visit_recorded.v1", "away")
    changes: tuple[dict[str, Any], ...] = (
        {"role": "monitor"},
        {"sites": ("02",)},
        {"trial": "T2"},
        {"starts": visit.frame.recorded_at + timedelta(seconds=1)},
        {"ends": visit.frame.recorded_at},
        {"clearance": "none"},
        {"training": "another"},
    )

    for change in changes:
        assert named(store.altered(given, fact(**change)), visit) == {"refused"}, change
    assert named(store.altered(given, fact(grant="another")), visit) == {"grant"}


def test_a_record_moved_to_another_site_names_all_that_was_done_there(store: Store) -> None:
    opened = store.one("participant.screening_opened.v2", "coo02")
    number = opened.fact.number

    found = store.altered(opened, fact(site="01")).audited().differences

    theirs = {e.frame.position for e in store.ledgers["trial:T1"] if e.body.actor == "coo02"}
    assert opened.frame.position in {one.position for one in found}
    assert {one.position for one in found if one.what == "refused"} >= {
        e.frame.position
        for e in store.ledgers["trial:T1"]
        if e.frame.stream.endswith(f"/participant/{number}") and e.frame.position in theirs
    }


@pytest.mark.parametrize(
    ("kind", "alter"),
    [
        ("session.started.v1", fact(person="coo02")),
        ("session.started.v1", authority(rule="first-administrator")),
        ("grant.given.v1", authority(grant="none", rule="records-authentication")),
        ("grant.given.v1", of_the_product("records-authentication")),
        ("grant.given.v1", of_the_product("first-administrator")),
        ("command.refused.v1", authority(rule="another-rule")),
        ("command.refused.v1", body(role="auditor")),
    ],
    ids=["another's", "other rule", "with a role", "no authentication", "not the first", "refusal", "refused role"],
)
def test_what_the_product_records_by_itself_is_only_what_its_rules_are_for(
    store: Store, kind: str, alter: Alter
) -> None:
    entry = [e for e in store.all() if e.frame.type == kind and e.body.authority.system_position > 0][-1]

    assert named(store.altered(entry, alter), entry) == {"rule"}


def test_nobody_is_logged_in_whose_account_was_not_open_then(store: Store) -> None:
    started = next(e for e in store.ledgers[SYSTEM] if isinstance(e.fact, SessionStarted) and e.body.actor == "away")
    (ended,) = [e for e in store.ledgers[SYSTEM] if e.frame.type == "person.deactivated.v1"]
    later = replace(started, frame=replace(started.frame, position=ended.frame.position + 1, stream="system/session/x"))
    rest = [e for e in store.ledgers[SYSTEM] if e.frame.position <= ended.frame.position]

    before = store.altered(started, authority(system_position=0))
    after = Store({SYSTEM: [*rest, authority(system_position=ended.frame.position)(later)]})

    assert named(before, started) == named(after, later) == {"rule"}


def test_an_entry_of_the_system_ledger_was_decided_before_itself(store: Store) -> None:
    given = [e for e in store.ledgers[SYSTEM] if isinstance(e.fact, GrantGiven)][-1]

    assert named(store.altered(given, authority(system_position=given.frame.position)), given) == {"position"}


def test_what_was_done_for_oneself_is_nobody_elses(store: Store) -> None:
    own = next(e for e in store.ledgers[SYSTEM] if e.body.authority.rule == "acknowledge_policy/own")

    assert named(store.altered(own, fact(person="coo01")), own) == {"refused"}


def test_without_the_ledger_of_the_trial_its_acts_in_the_system_ledger_are_decided_where_the_grant_holds(
    store: Store,
) -> None:
    found = audit(store.ledgers[SYSTEM], {})

    assert found.differences == ()
    assert found.decided + found.by_product == len(store.ledgers[SYSTEM])


def test_a_vault_or_an_access_ledger_is_decided_again_by_itself(store: Store) -> None:
    for name in ("vault:T1", "access:T1"):
        assert audit(store.ledgers[SYSTEM], {name: store.ledgers[name]}).differences == ()


def test_of_no_ledgers_there_is_nothing_to_decide() -> None:
    assert audit([], {}) == Audit(0, 0, ())


@given(data=st.data())
def test_any_entry_that_rests_on_a_grant_is_named_when_its_authority_is_altered(store: Store, data: Any) -> None:
    entry = data.draw(st.sampled_from([e for e in store.all() if e.body.authority.grant != "none"]))
    altered = data.draw(st.sampled_from(sorted(set(ALTERED) - {"never", "action", "role in the rule"})))
    alter, _ = ALTERED[altered]
    changed = alter(entry)

    found = store.altered(entry, lambda _: changed)

    if changed != entry:
        assert named(found, entry), (altered, entry.body.authority, entry.frame.type)
