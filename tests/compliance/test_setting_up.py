"""Setting a store up, once: the first entries are the product's own, and the first administrator can begin."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from adapters.chance import SeededBytes, SetClock
from adapters.wiring import Sources, Store, create_store
from compliance.authentication import Authentication
from compliance.contexts import environment_of
from compliance.setup import ITSELF, NOBODY, PRODUCT, set_up
from domain.errors import InvalidInputError, Refusal
from domain.ledger.facts import Environment, LedgerOpened
from domain.people.facts import GrantGiven, PersonRegistered, SignerKeyRegistered
from domain.people.policy import Policy
from domain.ports import Receipt
from domain.record import Entry
from domain.session.facts import SessionStarted
from tests.compliance.stores import START, Desk, known


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    sources = Sources(SetClock(START), SeededBytes("setting up"), seeded=True)
    opened = create_store(tmp_path / "store", tmp_path / "secret.key", sources)
    try:
        yield opened
    finally:
        opened.close()


def begin(store: Store, person: str = "admin", environment: Environment = "demonstration") -> Receipt:
    return set_up(
        store.ports, person=person, environment=environment, printed_name="First Admin", organisation="A sponsor"
    )


def entries(store: Store) -> list[Entry]:
    return list(store.ledger.page("system"))


@pytest.mark.requirement("P11-21")
def test_a_store_begins_with_its_environment_its_signing_key_and_its_first_administrator(store: Store) -> None:
    receipt = begin(store)

    opened, key, person, grant = (entry.fact for entry in entries(store))
    assert isinstance(opened, LedgerOpened)
    assert (opened.environment, opened.kind) == ("demonstration", "system")
    signs = store.ports.signs
    assert key == SignerKeyRegistered(algorithm="Ed25519", key=signs.key, public=signs.public)
    assert person == PersonRegistered(
        kind="person", organisation="A sponsor", person="admin", printed_name="First Admin"
    )
    assert isinstance(grant, GrantGiven)
    assert (grant.person, grant.role, grant.trial, grant.sites, grant.ends) == (
        "admin",
        "administrator",
        None,
        None,
        None,
    )
    assert (grant.clearance, grant.training, grant.starts) == ("none", None, START)
    assert (grant.requested_by, grant.approved_by) == (PRODUCT, PRODUCT)
    assert [place.position for place in receipt.placed] == [1, 2, 3, 4]
    assert [place.stream for place in receipt.placed] == [
        "system/ledger", f"system/signer-key/{signs.key}", "system/person/admin", "system/person/admin",
    ]  # fmt: skip


@pytest.mark.requirement("P11-08")
def test_what_the_product_does_by_itself_says_so(store: Store) -> None:
    begin(store)

    for entry in entries(store):
        body = entry.body
        assert (body.actor, body.originator, body.strength, body.role) == (PRODUCT, PRODUCT, "machine", "none")
        assert (body.authority.rule, body.authority.grant) == ("first-administrator", "none")
        assert body.occurred_at.zone_name == "UTC"
    assert len({entry.body.command_id for entry in entries(store)}) == 1
    assert len({entry.body.event_id for entry in entries(store)}) == 4


@pytest.mark.parametrize("environment", ["demonstration", "production"])
def test_the_environment_is_said_once_for_ever(store: Store, environment: Environment) -> None:
    begin(store, environment=environment)

    assert environment_of(store.ledger) == environment
    with pytest.raises(InvalidInputError) as again:
        begin(store, "other", environment="demonstration")
    assert again.value.code == "already_set_up"
    assert len(entries(store)) == 4


@pytest.mark.requirement("P11-21")
@pytest.mark.parametrize("person", ["trialproof", "TrialProof"])
def test_the_first_administrator_does_not_take_the_products_name(store: Store, person: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        begin(store, person)

    assert (refused.value.code, refused.value.field) == ("id_reserved", "person")
    assert entries(store) == []


@pytest.mark.requirement("P11-07")
def test_nobody_logs_in_or_acts_as_the_product(store: Store) -> None:
    begin(store)
    desk = Desk(store, SetClock(START))
    registration = {"person": "u1", "printed_name": "U One", "organisation": "A sponsor"}

    with pytest.raises(Refusal) as no_session:
        known(store, PRODUCT)
    with pytest.raises(Refusal) as no_account:
        store.conduct.carry_out(desk.envelope("register_person", registration), ITSELF, trial=None)

    assert (no_session.value.code, no_account.value.code) == ("no_account", "no_account")
    assert NOBODY.version == 0
    assert not any(isinstance(entry.fact, SessionStarted) for entry in entries(store))


def test_the_first_administrator_begins_with_people_and_nothing_else(store: Store) -> None:
    begin(store)
    desk = Desk(store, SetClock(START))
    policy = {"version": "1", "reference": "a policy", "document_sha256": "0" * 64}
    desk.send("admin", "issue_policy", policy, trial=None)

    desk.register("verifier")
    desk.grant("verifier", "administrator", trial=None)

    account = Authentication(store.ports).person("verifier")
    assert [grant.role for grant in account.grants] == ["administrator"]
    policies = Authentication(store.ports).histories.load("system/policy").aggregate
    assert isinstance(policies, Policy)
    assert policies.in_force == "1"


@pytest.mark.requirement("P11-22", "P11-28")
def test_the_first_administrator_signs_nothing_before_somebody_else_verified_who_that_is(store: Store) -> None:
    begin(store)
    desk = Desk(store, SetClock(START))
    policy = {"version": "1", "reference": "a policy", "document_sha256": "0" * 64}
    desk.send("admin", "issue_policy", policy, trial=None)

    with pytest.raises(Refusal) as before:
        acknowledge(desk)
    with pytest.raises(Refusal) as oneself:
        verify(desk, "admin")
    desk.register("verifier")
    desk.grant("verifier", "administrator", trial=None)
    verify(desk, "verifier")

    acknowledge(desk)
    assert (before.value.code, oneself.value.code) == ("identity_not_verified", "same_person")
    assert Authentication(store.ports).person("admin").policies == ("1",)


def verify(desk: Desk, verifier: str) -> None:
    desk.send(
        verifier, "verify_identity", {"person": "admin", "document": "passport", "method": "in_person"}, trial=None
    )


def acknowledge(desk: Desk) -> None:
    wish: dict[str, Any] = {"person": "admin", "version": "1", "display_digest": "d" * 64}
    identity = desk.identity("admin", presented=("password", "totp"))
    desk.store.conduct.carry_out(desk.envelope("acknowledge_policy", wish), identity, trial=None)
