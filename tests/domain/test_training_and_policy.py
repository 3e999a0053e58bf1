"""What makes a person fit to act and to sign: training, the policy acknowledged under signature, the letters."""

from datetime import timedelta
from typing import Any

import pytest

from domain import streams
from domain.people.facts import (
    CertificationRegistered,
    PolicyAcknowledged,
    PolicyIssued,
    TrainingRecorded,
    TrialAdded,
)
from domain.people.person import Training
from domain.people.policy import Policy
from domain.people.standing_commands import AcknowledgePolicy, IssuePolicy, RegisterCertification, VerifyIdentity
from domain.session.facts import SigningOpened
from domain.signature.facts import SignatureMade
from domain.values import PartialDate
from tests.domain.harness import facts_of, one, persona
from tests.domain.people_story import SECOND_ADMINISTRATOR, Office, days, office, training
from tests.domain.signing_story import log_in

OWNER = persona("u1", "investigator")
SHOWN = "d" * 64


def issuing(version: str = "1") -> IssuePolicy:
    return IssuePolicy(document_sha256="a" * 64, reference="Policy on signatures", version=version)


def acknowledging(version: str = "1", person: str = "u1") -> AcknowledgePolicy:
    return AcknowledgePolicy(display_digest=SHOWN, person=person, version=version)


def policy(world: Office) -> Policy:
    return world.get(Policy, streams.policy())


def ready() -> Office:
    """A person of verified identity with an open session, and a policy in force."""
    world = office()
    log_in(world, OWNER)
    verified: dict[str, Any] = {"person": "u1", "document": "passport", "method": "in_person"}
    world.when(VerifyIdentity(**verified), by=SECOND_ADMINISTRATOR)
    world.when(issuing())
    return world


@pytest.mark.requirement("P11-14")
def test_a_training_is_recorded_with_what_it_was_in_and_how_long_it_holds() -> None:
    world = office()
    expires = world.now + days(365)

    wish = training(training="t2", trial="T1", protocol_version="2.0", expires=expires)
    fact = one(world.when(wish), TrainingRecorded)

    assert (fact.completed, fact.reference) == (PartialDate("2027-01-05"), "file 1")
    assert (fact.trial, fact.protocol_version, fact.expires) == ("T1", "2.0", expires)
    recorded = world.person().trainings[-1]
    assert recorded == Training(training="t2", trial="T1", protocol_version="2.0", expires=expires)
    assert recorded.is_current(expires - timedelta(seconds=1))
    assert not recorded.is_current(expires)


def test_a_training_without_an_end_holds_for_good() -> None:
    world = office()

    assert world.person().trainings[0].is_current(world.now + days(10_000))


@pytest.mark.requirement("P11-14")
def test_a_role_is_overdue_once_the_training_of_every_such_grant_there_has_run_out() -> None:
    world = office()
    world.when(training(training="t2", expires=world.now + days(10)))
    world.when(training(training="t3", expires=world.now + days(20)))
    assert not world.person().is_overdue("monitor", "T1", None, world.now)
    first = world.given_role("monitor", training="t2")
    second = world.given_role("monitor", training="t3")

    def overdue(after: int, trial: str = "T1") -> bool:
        return world.person().is_overdue("monitor", trial, None, world.now + days(after))

    assert [overdue(after) for after in (0, 10, 20)] == [False, False, True]
    assert not overdue(20, "T2")
    trained = [world.person().is_trained_for(grant, world.now + days(10)) for grant in (first, second)]
    assert trained == [False, True]


def test_a_role_that_rests_on_no_training_is_never_overdue() -> None:
    world = office()
    grant = world.given_role("inspector")

    assert world.person().is_trained_for(grant, world.now + days(89))
    assert not world.person().is_overdue("inspector", "T1", None, world.now + days(89))


def test_the_id_of_a_training_is_used_once_for_a_person() -> None:
    world = office("u1", "u2")

    assert world.refuses(training()).code == "training_recorded_already"
    assert world.refuses(training("u9")).code == "unknown_person"
    assert world.when(training("u2", training="t2"))
    assert world.when(training("u1", training="t2"))


def test_the_version_of_the_policy_that_was_issued_last_is_in_force() -> None:
    world = office()
    assert policy(world).in_force is None

    world.when(issuing())
    fact = one(world.when(issuing("2")), PolicyIssued)

    assert (fact.version, fact.reference, fact.document_sha256) == ("2", "Policy on signatures", "a" * 64)
    assert policy(world).versions == ("1", "2")
    assert policy(world).in_force == "2"


def test_a_version_of_the_policy_is_issued_once() -> None:
    world = office()
    world.when(issuing())
    world.when(issuing("2"))

    assert world.refuses(issuing()).code == "version_issued_already"


def test_the_policy_is_unmoved_by_what_is_not_about_it() -> None:
    world = office()
    world.when(issuing())
    before = policy(world)

    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert before.after(entry).at_version(before.version) == before


@pytest.mark.requirement("P11-15")
def test_the_policy_is_acknowledged_under_signature_over_the_policy_itself() -> None:
    world = ready()
    root = world.root(streams.policy())

    entries = world.when(acknowledging(), by=OWNER)

    acknowledged, signature, opened = entries
    assert acknowledged.fact == PolicyAcknowledged(person="u1", version="1")
    assert acknowledged.frame.stream == streams.person("u1")
    assert isinstance(signature.fact, SignatureMade)
    assert signature.frame.stream == "system/signature/policy/u1"
    assert (signature.fact.signer, signature.fact.meaning, signature.fact.purpose) == (
        "u1",
        "acknowledgement",
        "policy/1",
    )
    assert (signature.fact.stream, signature.fact.version, signature.fact.record_digest) == (streams.policy(), 1, root)
    assert signature.fact.display_digest == SHOWN
    assert isinstance(opened.fact, SigningOpened)
    assert world.person().policies == ("1",)


@pytest.mark.requirement("P11-15")
def test_each_revision_of_the_policy_is_acknowledged_anew() -> None:
    world = ready()
    world.when(acknowledging(), by=OWNER)
    world.when(issuing("2"))

    assert world.refuses(acknowledging(), by=OWNER).code == "nothing_to_acknowledge"
    world.when(acknowledging("2"), by=OWNER)

    assert world.person().policies == ("1", "2")


@pytest.mark.parametrize("version", ["2", "0"])
def test_a_version_that_is_not_in_force_is_not_acknowledged(version: str) -> None:
    assert ready().refuses(acknowledging(version), by=OWNER).code == "nothing_to_acknowledge"


def test_without_a_policy_there_is_nothing_to_acknowledge() -> None:
    assert office().refuses(acknowledging(), by=OWNER).code == "nothing_to_acknowledge"


def test_the_policy_is_acknowledged_once() -> None:
    world = ready()
    world.when(acknowledging(), by=OWNER)

    assert world.refuses(acknowledging(), by=OWNER).code == "nothing_to_acknowledge"


@pytest.mark.requirement("P11-24")
def test_nothing_is_acknowledged_without_the_owners_components() -> None:
    world = ready()
    world.presented = ()

    assert world.refuses(acknowledging(), by=OWNER).code == "components_missing"
    assert world.person().policies == ()


@pytest.mark.requirement("P11-22")
def test_nothing_is_acknowledged_before_the_identity_is_verified() -> None:
    world = office()
    world.when(issuing())

    assert world.refuses(acknowledging(), by=OWNER).code == "identity_not_verified"


def test_everybody_acknowledges_for_oneself() -> None:
    assert AcknowledgePolicy.OWN
    assert acknowledging().concerned_person() == "u1"
    assert acknowledging().vouched_stream("T1") == streams.policy()


@pytest.mark.requirement("P11-23")
def test_the_letters_of_organisations_stand_side_by_side() -> None:
    world = office()
    wish = RegisterCertification(organisation="Sponsor", reference="letter 1", sent=PartialDate("2026-12-14"))

    entries = [*world.when(wish), *world.when(wish)]

    fact = CertificationRegistered(organisation="Sponsor", reference="letter 1", sent=PartialDate("2026-12-14"))
    assert facts_of(entries) == (fact, fact)
    first, second = (entry.frame.stream for entry in entries)
    assert first != second
    assert first.startswith("system/certification/")
