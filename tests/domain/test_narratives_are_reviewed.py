"""A narrative reaches blinded readers in the words of its reviewer, and never by itself."""

from uuid import UUID, uuid4

import pytest

from domain import streams
from domain.adverse_event.commands import FollowUpAdverseEvent
from domain.adverse_event.facts import AdverseEventReported, FollowUpReceived, NarrativeReleased, NarrativeReviewed
from domain.adverse_event.narrative import ReleaseNarrative
from domain.commands import COMMANDS
from tests.domain.harness import World, one, persona
from tests.domain.safety_story import reporting, with_case

REVIEWER = persona("reviewer-01", "unblinded_monitor", "Reviewing Office")
TELLING = "Fever during the infusion of the cells."
NEUTRAL = "Fever during treatment."


def with_narrative() -> tuple[World, UUID]:
    world = with_case(narrative=TELLING)
    return world, world.entries[streams.adverse_event("T1", "AE-1")][0].body.event_id


def releasing(of: UUID, text: str = NEUTRAL, *, masked: bool = True, case: str = "AE-1") -> ReleaseNarrative:
    return ReleaseNarrative(case=case, masked=masked, of=of, text=text)


@pytest.mark.requirement("E6-08", "EMA-06")
def test_a_released_narrative_is_readable_for_the_trial_team_and_the_original_stays_with_safety() -> None:
    world, of = with_narrative()

    entries = world.when(releasing(of), by=REVIEWER)

    told = one(entries, NarrativeReleased)
    (original,) = world.every(AdverseEventReported)
    assert original.narrative is not None
    assert (told.text.audience, original.narrative.audience) == ("trial_team", "safety")
    assert world.seals.kept[told.text.nonce] == NEUTRAL
    assert told.of == of


@pytest.mark.requirement("E6-08", "ST-02")
def test_that_something_was_taken_out_stands_in_the_vault_alone() -> None:
    shown: list[tuple[object, ...]] = []
    for masked in (True, False):
        world, of = with_narrative()
        entries = world.when(releasing(of, masked=masked), by=REVIEWER)
        in_vault = one(entries, NarrativeReviewed)
        assert (in_vault.masked, in_vault.of, in_vault.release) == (masked, of, entries[0].body.event_id)
        shown.append(tuple(entry.fact for entry in entries if entry.frame.ledger == "trial:T1"))

    assert shown[0] == shown[1]
    assert "masked" not in NarrativeReleased.__struct_fields__


@pytest.mark.requirement("ST-02")
def test_every_released_text_has_one_length_whatever_was_taken_out() -> None:
    lengths = set[int]()
    for text in (NEUTRAL, "x", "Long. " * 2_000):
        world, of = with_narrative()
        lengths.add(len(one(world.when(releasing(of, text), by=REVIEWER), NarrativeReleased).text.ciphertext))

    assert len(lengths) == 1


def test_a_narrative_is_released_once_and_one_of_a_follow_up_by_itself() -> None:
    world, of = with_narrative()
    world.when(FollowUpAdverseEvent(case="AE-1", narrative="It went away."))
    later = world.entries[streams.adverse_event("T1", "AE-1")][-1]
    assert isinstance(later.fact, FollowUpReceived)

    world.when(releasing(of), by=REVIEWER)
    world.when(releasing(later.body.event_id, "It went away.", masked=False), by=REVIEWER)

    assert world.refuses(releasing(of), by=REVIEWER).code == "already_released"
    assert [fact.of for fact in world.every(NarrativeReleased)] == [of, later.body.event_id]


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("correct_record", {"pointer": "/payload/of", "new": str(UUID(int=1))}, "not_correctable"),
        ("void_record", {}, "not_voidable"),
    ],
)
def test_what_was_released_is_neither_corrected_nor_voided(kind: str, more: dict[str, str], code: str) -> None:
    world, of = with_narrative()
    told = world.when(releasing(of), by=REVIEWER)[0].body.event_id
    reason = {"code": "x", "text": "It reads otherwise now."}
    old = {"old": str(of)} if more else {}
    own = {"stream": "adverse-event/AE-1", "target": told, "reason": reason}
    wish = COMMANDS[kind].model_validate(own | old | more)

    assert world.refuses(wish).code == code


def test_what_holds_no_narrative_is_not_released() -> None:
    world = with_case()
    world.when(reporting(case="AE-2", narrative=TELLING))
    bare, elsewhere = (world.entries[streams.adverse_event("T1", case)][0].body.event_id for case in ("AE-1", "AE-2"))

    for of in (bare, elsewhere, uuid4()):
        assert world.refuses(releasing(of), by=REVIEWER).code == "no_such_narrative"
    assert world.refuses(releasing(bare, case="AE-9"), by=REVIEWER).code == "no_such_case"


def test_what_was_released_and_whether_words_were_taken_out_is_printed_in_no_log() -> None:
    printed = repr(releasing(uuid4(), TELLING))

    assert TELLING not in printed
    assert "masked" not in printed
