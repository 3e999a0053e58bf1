"""What was given in one arm only has no home in the trial's ledger: product, lot, premedication, infusion reactions."""

import pytest

from domain import streams
from domain.allocation.commands import RecordTreatmentDetail
from domain.allocation.facts import TreatmentDetailRecorded, TreatmentObserved
from domain.arm_revealing import ARM_REVEALING, WORDS, is_of_the_vault
from domain.eligibility.rule import Stated
from domain.errors import InvalidInputError
from domain.participant.conduct import RecordTreatment
from domain.participant.conduct_facts import TreatmentGiven
from domain.participant.facts import FactRecorded, ProcedurePerformed
from domain.participant.screening import RecordFact, RecordProcedure
from tests.domain.harness import one
from tests.domain.kits_story import PHARMACIST
from tests.domain.story import allocated, enrolled, open_trial

CODES = ("premedication", "cell_infusion", "lot-number", "product.name", "Infusion:reaction", "study_batch")


def detail(**more: object) -> RecordTreatmentDetail:
    return RecordTreatmentDetail.model_validate({"dose": 1, "participant": "001", "product": "Cells"} | more)


@pytest.mark.requirement("E6-08", "EMA-06")
@pytest.mark.parametrize("code", CODES)
def test_after_the_allocation_a_code_that_would_tell_the_arm_is_taken_for_nobody(code: str) -> None:
    world = open_trial()
    number = allocated(world)
    before = {name: len(held) for name, held in world.entries.items()}

    for wish in (
        RecordProcedure(participant=number, procedure=code),
        RecordFact(fact=code, participant=number, value=Stated(holds=True)),
    ):
        with pytest.raises(InvalidInputError) as caught:
            world.when(wish)
        assert caught.value.code == "belongs_to_the_vault"
        assert code not in str(caught.value)

    assert {name: len(held) for name, held in world.entries.items()} == before


@pytest.mark.parametrize("code", CODES)
def test_before_the_allocation_there_is_no_arm_to_tell(code: str) -> None:
    world = open_trial()
    number = enrolled(world)

    world.when(RecordProcedure(participant=number, procedure=code))
    world.when(RecordFact(fact=code, participant=number, value=Stated(holds=True)))

    assert world.every(ProcedurePerformed)[-1].procedure == code
    assert world.every(FactRecorded)[-1].fact == code


@pytest.mark.parametrize("code", ["biopsy", "creatinine", "reproduction", "pilot", "V1"])
def test_other_codes_are_taken_as_they_are(code: str) -> None:
    world = open_trial()

    (entry, *_) = world.when(RecordProcedure(participant=allocated(world), procedure=code))

    assert entry.fact == ProcedurePerformed(procedure=code)


@pytest.mark.requirement("E6-08")
def test_one_event_tells_of_a_dose_in_every_arm_and_the_rest_goes_to_the_vault() -> None:
    world = open_trial()
    number = allocated(world)

    (given, *_) = world.when(RecordTreatment(dose=1, participant=number))
    entries = world.when(detail(infusion_reaction="Chills", lot="L1", premedication="Antihistamine"), by=PHARMACIST)

    assert isinstance(given.fact, TreatmentGiven)
    assert {entry.frame.ledger for entry in entries} == {"vault:T1"}
    assert one(entries, TreatmentObserved) == TreatmentObserved(
        dose=1, infusion_reaction="Chills", participant="001", premedication="Antihistamine"
    )
    assert "Chills" not in repr(entries)
    assert one(entries, TreatmentDetailRecorded).lot == "L1"


def test_where_nothing_was_seen_around_a_dose_nothing_is_said_of_it() -> None:
    world = open_trial()
    allocated(world)

    world.when(detail(), by=PHARMACIST)
    world.when(detail(premedication="Antihistamine"), by=PHARMACIST)

    (seen,) = world.every(TreatmentObserved)
    assert (seen.premedication, seen.infusion_reaction) == ("Antihistamine", None)
    assert len(world.entries[streams.administration("T1", "001")]) == 3


def test_what_a_command_says_of_a_dose_is_printed_in_no_log() -> None:
    printed = repr(detail(infusion_reaction="Chills", lot="L1", premedication="Antihistamine"))

    for word in ("Chills", "L1", "Antihistamine", "Cells"):
        assert word not in printed


def test_a_new_version_of_an_arm_revealing_event_is_known_by_its_name() -> None:
    assert is_of_the_vault("treatment.detail_recorded.v7")
    assert not is_of_the_vault("participant.treatment_given.v1")
    assert all(words for words in ARM_REVEALING.values())
    assert all(word == word.lower() for word in WORDS)
