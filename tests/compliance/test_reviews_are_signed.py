"""Reviews and acknowledgements in a real store: of a record as shown, by somebody whose role reaches its site."""

from collections.abc import Generator
from pathlib import Path

import pytest

from compliance.conduct import Done
from compliance.signing import acknowledged, display_digest, reviewed
from domain.errors import Refusal
from domain.signature.facts import SignatureMade
from domain.signature.meanings import ATTESTATIONS
from domain.streams import signatures
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

RECORD = "trial:T1/participant/001"


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    """Participant 001 at site 01, a monitor of that site and one of another."""
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        assert enrolled(opened) == "001"
        opened.hire("cra01", "monitor", ["01"])
        opened.hire("cra02", "monitor", ["02"])
        yield opened


def review(desk: Desk, person: str) -> Done:
    shown = reviewed(desk.store.ports, RECORD, signer=person, printed_name=f"Name of {person}")
    identity = desk.identity(person, presented=("password", "totp"))
    return desk.store.conduct.carry_out(desk.envelope("sign_review", shown.payload), identity, trial="T1")


def test_a_reviewer_is_shown_the_whole_record_and_signs_exactly_that(desk: Desk) -> None:
    held = desk.store.ledger.stream(RECORD)
    text = reviewed(desk.store.ports, RECORD, signer="cra01", printed_name="Name of cra01").text

    review(desk, "cra01")

    fact = desk.store.ledger.stream(signatures(RECORD))[-1].fact
    assert isinstance(fact, SignatureMade)
    assert (fact.meaning, fact.purpose, fact.version) == ("review", "review", len(held))
    assert fact.display_digest == display_digest(text)
    assert text.startswith(f"trialproof.display.v1\n{RECORD}, version {len(held)}\n1. participant.screening_opened")
    assert text.endswith(f"The record is signed as review by Name of cra01 (cra01):\n{ATTESTATIONS['review']}\n")


def test_a_monitor_of_another_site_reviews_nothing_here(desk: Desk) -> None:
    with pytest.raises(Refusal) as caught:
        review(desk, "cra02")

    assert (caught.value.code, caught.value.rule) == ("not_allowed", "default-deny")


def test_who_acknowledges_the_policy_is_shown_what_was_issued_and_the_words_that_bind(desk: Desk) -> None:
    shown = acknowledged(desk.store.ports, "1", signer="cra01", printed_name="Name of cra01")

    assert shown.payload == {"display_digest": display_digest(shown.text), "person": "cra01", "version": "1"}
    assert shown.text.startswith("trialproof.display.v1\nsystem/policy, version 1\n1. policy.issued.v1")
    assert "reference: a policy" in shown.text
    assert shown.text.endswith(
        f"The record is signed as acknowledgement by Name of cra01 (cra01):\n{ATTESTATIONS['acknowledgement']}\n"
    )
