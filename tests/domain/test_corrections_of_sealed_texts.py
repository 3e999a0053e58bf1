"""A sealed text is corrected by new words, which are sealed as the old ones were."""

import json
from base64 import b64encode
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.adverse_event.commands import ReportAdverseEvent
from domain.errors import InvalidInputError
from domain.fields import Safety, SealedText, TrialTeam
from domain.ledger.facts import RecordCorrected
from domain.participant.facts import CriterionJudged
from domain.participant.screening import JudgeCriterion
from tests.domain.corrections_story import aged, correcting, event_of, last_of, present
from tests.domain.harness import World, one
from tests.domain.story import open_trial, screened


@pytest.fixture
def world() -> World:
    world = open_trial()
    screened(world)
    return world


def judged(world: World) -> tuple[UUID, str]:
    """A judgement with a sealed rationale; its id, and the commitment of the text."""
    world.when(JudgeCriterion(criterion="I2", participant="001", rationale="Able to take part", result="yes"))
    sealed = last_of(world, CriterionJudged).fact.rationale
    return event_of(world, CriterionJudged), b64encode(sealed.commitment).decode()


@pytest.mark.parametrize("named_by", ["commitment", "value"])
def test_a_sealed_text_is_corrected_by_words_that_are_sealed_as_it_was(world: World, named_by: str) -> None:
    target, commitment = judged(world)
    before = present(world, target, "/payload/rationale")
    old = commitment if named_by == "commitment" else before

    entries = world.when(
        correcting(target, pointer="/payload/rationale", old=old, new="Able to take part, as seen on the day")
    )

    fact = one(entries, RecordCorrected)
    sealed = msgspec.json.decode(fact.new, type=SealedText[TrialTeam])
    assert json.loads(fact.old) == before
    assert world.seals.kept[sealed.nonce] == "Able to take part, as seen on the day"
    assert world.seals.scopes[sealed.nonce] == f"participant:{world.trial}/001"
    assert (sealed.audience, sealed.size) == ("trial_team", 1024)


def test_a_sealed_text_named_by_another_commitment_is_stale(world: World) -> None:
    target, _ = judged(world)

    wish = correcting(target, pointer="/payload/rationale", old="another", new="Able to take part, still")

    assert world.refuses(wish).code == "stale_value"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"new": 7}, "sealed_by_words"),
        ({"new": "  "}, "text_does_not_fit"),
        ({"new": "long " * 300}, "text_does_not_fit"),
        ({"new": None}, "value_does_not_fit"),
    ],
)
def test_words_that_cannot_be_sealed_are_no_input(world: World, changed: dict[str, Any], code: str) -> None:
    target, commitment = judged(world)

    with pytest.raises(InvalidInputError) as caught:
        world.when(correcting(target, pointer="/payload/rationale", old=commitment, **changed))

    assert caught.value.code == code


def test_a_sealed_text_is_not_corrected_in_parts(world: World) -> None:
    target, _ = judged(world)
    pointer = "/payload/rationale/audience"

    assert world.refuses(correcting(target, pointer=pointer, old="trial_team", new="safety")).code == "not_correctable"


def test_the_longest_sealed_text_is_corrected_within_one_entry(world: World) -> None:
    report = ReportAdverseEvent(
        case="AE-1", narrative="A long story. " * 900, participant="001", reporter="Site 01", term="Fever"
    )
    target = world.when(report)[0].body.event_id
    pointer = "/payload/narrative"

    entries = world.when(
        correcting(
            target,
            pointer=pointer,
            old=present(world, target, pointer),
            new="A longer story. " * 900,
            stream="adverse-event/AE-1",
        )
    )

    fact = one(entries, RecordCorrected)
    assert msgspec.json.decode(fact.new, type=SealedText[Safety]).audience == "safety"
    assert len(msgspec.json.encode((fact.old, fact.new))) < 60_000


def test_a_text_that_was_not_there_may_be_added_and_taken_away_again(world: World) -> None:
    report = ReportAdverseEvent(case="AE-1", participant="001", reporter="Site 01", term="Fever")
    target = world.when(report)[0].body.event_id
    wish = correcting(
        target, pointer="/payload/narrative", old=None, new="It began at night.", stream="adverse-event/AE-1"
    )

    wrong = world.refuses(wish.model_copy(update={"old": "something"}))
    added = one(world.when(wish), RecordCorrected)
    taken = one(world.when(wish.model_copy(update={"new": None, "old": json.loads(added.new)})), RecordCorrected)

    assert wrong.code == "stale_value"
    assert world.seals.scopes[msgspec.json.decode(added.new, type=SealedText[Safety]).nonce].endswith("/001")
    assert taken.new == "null"


def test_the_words_of_a_reason_are_corrected_by_words(world: World) -> None:
    target = aged(world)

    fact = one(
        world.when(correcting(target, pointer="/reason_text", old=None, new="Copied from the sheet.")), RecordCorrected
    )

    assert msgspec.json.decode(fact.new, type=SealedText[TrialTeam]).size == 1024
