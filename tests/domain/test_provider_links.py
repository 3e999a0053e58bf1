"""Whom a subject of the sponsor's identity provider stands for: said by an approved event, one person for ever."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from domain import streams
from domain.people.commands import DeactivatePerson, RegisterPerson
from domain.people.facts import PersonDeactivated, ProviderIdentityLinked, ProviderIdentityUnlinked
from domain.people.provider_commands import LinkProviderIdentity, UnlinkProviderIdentity
from domain.people.provider_links import ProviderLinks, subject_digest
from tests.domain.harness import ADMINISTRATOR, World, one, persona

ISSUER = "https://login.sponsor.example"
SUBJECT = "a.person@sponsor.example"


def world_with(*people: str, seed: int = 1) -> World:
    world = World(seed=seed)
    world.by = ADMINISTRATOR
    for person in ("sponsor-01", *people):
        world.when(RegisterPerson(organisation="Sponsor", person=person, printed_name=person.title()))
    return world


def linking(person: str = "u1", subject: str = SUBJECT, **other: Any) -> LinkProviderIdentity:
    given = {"person": person, "issuer": ISSUER, "subject": subject, "requested_by": "sponsor-01", **other}
    return LinkProviderIdentity.model_validate(given)


def unlinking(person: str = "u1") -> UnlinkProviderIdentity:
    return UnlinkProviderIdentity(person=person, issuer=ISSUER)


def links(world: World, issuer: str = ISSUER) -> ProviderLinks:
    return world.get(ProviderLinks, streams.provider(issuer))


@pytest.mark.requirement("P11-21")
def test_a_linked_subject_stands_for_one_person() -> None:
    world = world_with("u1", "u2")

    fact = one(world.when(linking()), ProviderIdentityLinked)

    assert (fact.issuer, fact.person, fact.requested_by) == (ISSUER, "u1", "sponsor-01")
    assert links(world).person_of(SUBJECT) == "u1"
    assert links(world).person_of("somebody.else@sponsor.example") is None


def test_nobody_stands_behind_a_subject_before_anything_is_linked() -> None:
    assert links(world_with("u1")).person_of(SUBJECT) is None


def test_the_subject_itself_is_kept_nowhere() -> None:
    world = world_with("u1")

    fact = one(world.when(linking()), ProviderIdentityLinked)

    assert SUBJECT not in repr(world.entries)
    assert fact.subject_digest == subject_digest(fact.salt, ISSUER, SUBJECT)
    with pytest.raises(ValidationError) as caught:
        linking(subject=f"{SUBJECT} ")
    assert SUBJECT not in str(caught.value)


def test_one_salt_serves_a_provider_and_no_two_stores_agree_on_a_subject() -> None:
    world, other = world_with("u1", "u2"), world_with("u1", seed=2)

    first, second = (
        one(world.when(linking(person, subject=f"{person}@x")), ProviderIdentityLinked) for person in ("u1", "u2")
    )
    elsewhere = one(other.when(linking(subject="u1@x")), ProviderIdentityLinked)

    assert first.salt == second.salt
    assert first.subject_digest not in {second.subject_digest, elsewhere.subject_digest}


@pytest.mark.requirement("P11-21", "P11-30")
def test_a_subject_is_never_given_to_a_second_person() -> None:
    world = world_with("u1", "u2")
    world.when(linking())
    assert world.refuses(linking("u2")).code == "subject_in_use"

    world.when(unlinking())

    assert world.refuses(linking("u2")).code == "subject_in_use"
    assert links(world).person_of(SUBJECT) is None
    assert world.when(linking())
    assert links(world).person_of(SUBJECT) == "u1"


def test_a_person_has_one_subject_at_a_provider_at_a_time() -> None:
    world = world_with("u1")
    world.when(linking())
    assert world.refuses(linking(subject="other")).code == "already_linked"

    (entry,) = world.when(unlinking())
    world.when(linking(subject="other"))

    assert isinstance(entry.fact, ProviderIdentityUnlinked)
    assert links(world).person_of(SUBJECT) is None
    assert links(world).person_of("other") == "u1"


def test_the_same_subject_of_another_provider_is_somebody_else() -> None:
    world = world_with("u1", "u2")
    world.when(linking())

    world.when(linking("u2", issuer="https://login.cro.example"))

    assert links(world).person_of(SUBJECT) == "u1"
    assert links(world, "https://login.cro.example").person_of(SUBJECT) == "u2"


@pytest.mark.requirement("MHRA-04")
def test_nobody_approves_a_link_of_their_own_or_one_they_asked_for() -> None:
    world = world_with("u1", "admin-01")

    assert world.refuses(linking("admin-01")).code == "same_person"
    assert world.refuses(linking(requested_by="admin-01")).code == "same_person"
    assert world.when(linking(), by=persona("admin-02", "administrator"))


def test_who_asked_for_a_link_is_a_person_with_an_open_account() -> None:
    world = world_with("u1", "u2")
    world.when(RegisterPerson(kind="service", organisation="EDC", person="edc", printed_name="EDC feed"))
    world.when(DeactivatePerson(person="u2"))

    refused = {world.refuses(linking(requested_by=asker)).code for asker in ("edc", "u2", "nobody")}

    assert refused == {"unknown_requester"}


def test_services_ended_and_unknown_accounts_are_not_linked() -> None:
    world = world_with("u1")
    world.when(RegisterPerson(kind="service", organisation="EDC", person="edc", printed_name="EDC feed"))
    world.when(DeactivatePerson(person="u1"))

    assert world.refuses(linking("edc")).code == "not_an_open_person"
    assert world.refuses(linking("u1")).code == "not_an_open_person"
    assert world.refuses(linking("nobody")).code == "unknown_person"


def test_a_link_ends_once_and_also_for_an_ended_account() -> None:
    world = world_with("u1")
    assert world.refuses(unlinking()).code == "not_linked"
    world.when(linking())
    world.when(DeactivatePerson(person="u1"))

    world.when(unlinking())

    assert world.refuses(unlinking()).code == "not_linked"


def test_links_go_on_over_facts_they_do_not_know() -> None:
    world = world_with("u1")
    world.when(linking())

    world.happened(streams.provider(ISSUER), PersonDeactivated(person="u1"))

    assert (links(world).version, links(world).person_of(SUBJECT)) == (2, "u1")


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [
        ("http://login.sponsor.example", SUBJECT),
        ("login.sponsor.example", SUBJECT),
        (ISSUER, ""),
        (ISSUER, "two words"),
        (ISSUER, "x" * 256),
        (ISSUER, "ä"),
        (ISSUER, "line\n"),
    ],
)
def test_issuers_and_subjects_have_the_form_of_the_standard(issuer: str, subject: str) -> None:
    with pytest.raises(ValidationError):
        LinkProviderIdentity.model_validate_json(
            json.dumps({"person": "u1", "issuer": issuer, "subject": subject, "requested_by": "sponsor-01"})
        )
