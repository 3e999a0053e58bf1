"""Corrections: made by whose record it is, of one value that is named as it stands, and never of what stands."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from pydantic import ValidationError

from domain import streams
from domain.adverse_event.commands import ReportAdverseEvent
from domain.command import Command
from domain.deviation.commands import RecordDeviation
from domain.deviation.facts import DeviationRecorded
from domain.eligibility.rule import Measured
from domain.errors import InvalidInputError
from domain.fields import SealedText, TrialTeam
from domain.ledger.commands import CorrectRecord, DeclineCorrection, ProposeCorrection, VoidRecord
from domain.ledger.facts import CorrectionDeclined, CorrectionProposed, RecordCorrected
from domain.participant.conduct_facts import SignedOff
from domain.participant.facts import Allocated, EligibilityDecided, Enrolled, ScreeningOpened
from domain.participant.screening import RecordProcedure
from domain.record import Fact
from domain.site.facts import ApprovalRecorded, SiteRegistered
from domain.site.site import Site
from domain.trial.facts import TrialUnlocked
from domain.trial.lock_commands import SignOffParticipant
from tests.domain.corrections_story import VALUE, WHY, aged, correcting, event_of, present, proposing, written
from tests.domain.harness import COORDINATOR, DATA_MANAGER, SPONSOR, World, facts_of, one
from tests.domain.safety_story import lock
from tests.domain.story import SITE, allocated, open_trial, screened


@pytest.fixture
def world() -> World:
    world = open_trial()
    screened(world)
    return world


def age(world: World) -> str:
    value = world.participant().known["age"].value
    assert isinstance(value, Measured)
    return str(value.quantity.value)


@pytest.mark.requirement("P11-09", "E6-03")
def test_a_correction_stands_beside_what_was_written_and_counts_from_then_on(world: World) -> None:
    target = aged(world)
    before = written(world, target)

    (entry,) = world.when(correcting(target), by=COORDINATOR)

    assert entry.fact == RecordCorrected(
        new='"41"', old='"40"', pointer=VALUE, proposal=None, target=target, target_position=before.frame.position
    )
    assert written(world, target) == before
    assert age(world) == "41"
    assert entry.body.protocol_version == "1"


@pytest.mark.requirement("E6-17")
@pytest.mark.parametrize("kind", [CorrectRecord, VoidRecord, ProposeCorrection, DeclineCorrection])
def test_every_change_of_a_record_needs_a_real_reason(kind: type[Command]) -> None:
    assert kind.NEEDS_REASON


def test_a_value_that_has_changed_meanwhile_is_stale(world: World) -> None:
    target = aged(world)
    world.when(correcting(target))

    refusal = world.refuses(correcting(target, new="42"))
    world.when(correcting(target, old="41", new="42"))

    assert refusal.code == "stale_value"
    assert age(world) == "42"


def test_a_correction_that_changes_nothing_is_refused(world: World) -> None:
    assert world.refuses(correcting(aged(world), new="40")).code == "nothing_changes"


def test_an_entry_of_another_stream_is_not_corrected_here(world: World) -> None:
    other = aged(world, screened(world))

    refusals = (
        world.refuses(correcting(other)),
        world.refuses(correcting(world.new_id())),
        world.refuses(correcting(world.new_id(), stream="adverse-event/none")),
    )

    assert {refusal.code for refusal in refusals} == {"no_such_entry"}


@pytest.mark.requirement("P11-09")
@pytest.mark.parametrize(
    "pointer",
    [
        "/actor", "/authority/grant", "/clock_reading", "/command_id", "/event_id", "/organisation", "/originator",
        "/printed_name", "/role", "/salt", "/session", "/software_version", "/strength", "/payload",
    ],
)  # fmt: skip
def test_who_when_and_by_what_right_is_never_corrected(world: World, pointer: str) -> None:
    target = aged(world)

    refusal = world.refuses(correcting(target, pointer=pointer, old=present(world, target, pointer), new="x"))

    assert (refusal.code, refusal.rule) == ("not_correctable", "what-stands-is-annotated")


@pytest.mark.requirement("EMA-16")
@pytest.mark.parametrize(
    ("kind", "pointer"),
    [
        (Allocated, "/payload/randomisation_number"),
        (Allocated, "/payload/stratum"),
        (Allocated, "/occurred_at"),
        (Enrolled, "/payload/stratum"),
        (SignedOff, "/payload/record_digest"),
        (ScreeningOpened, "/payload/number"),
        (ScreeningOpened, "/payload/site"),
        (EligibilityDecided, "/payload/eligible"),
        (EligibilityDecided, "/payload/results/0/met"),
    ],
)
def test_allocation_signature_identity_and_decision_stand(kind: type[Fact], pointer: str) -> None:
    world = open_trial()
    world.when(SignOffParticipant(participant=allocated(world)))
    target = event_of(world, kind)

    refusal = world.refuses(correcting(target, pointer=pointer, old=present(world, target, pointer), new="x"))

    assert refusal.code == "not_correctable"


def test_what_a_rule_found_by_itself_is_never_corrected(world: World) -> None:
    procedure = world.when(RecordProcedure(participant="001", procedure="biopsy"))
    found = one(procedure, DeviationRecorded)
    target = procedure[-1].body.event_id

    wish = correcting(target, pointer="/payload/important", old=True, new=False, stream=f"deviation/{found.deviation}")

    assert world.refuses(wish).code == "not_correctable"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"pointer": "/payload/nothing"}, "bad_pointer"),
        ({"new": 41}, "value_does_not_fit"),
        ({"new": "041"}, "value_does_not_fit"),
        ({"new": None}, "value_does_not_fit"),
        ({"new": "4" * 30_000}, "text_too_long"),
        (
            {"pointer": "/payload/value/quantity", "old": {"unit": "a", "value": "40"}, "new": {"unit": "a"}},
            "value_does_not_fit",
        ),
    ],
)
def test_a_value_that_does_not_fit_its_place_is_no_input(world: World, changed: dict[str, Any], code: str) -> None:
    target = aged(world)

    with pytest.raises(InvalidInputError) as caught:
        world.when(correcting(target, **changed))

    assert caught.value.code == code
    assert age(world) == "40"


@pytest.mark.parametrize("new", [1.5, {"a": [float("nan")]}, "e\u0301", {"a\u0000": 1}, ["x\u0007"]])
def test_what_no_entry_may_hold_is_no_new_value(new: Any) -> None:
    with pytest.raises(ValidationError):
        correcting(UUID(int=1), new=new)


def test_plain_lists_and_objects_may_be_new_values(world: World) -> None:
    target = aged(world)
    new = {"type": "measured", "quantity": {"unit": "a", "value": "43"}}

    world.when(correcting(target, pointer="/payload/value", old=present(world, target, "/payload/value"), new=new))

    assert age(world) == "43"
    assert correcting(target, new=["a", 1, None, True]).new == ["a", 1, None, True]


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("2027-02-28T10:00:00+09:00[Asia/Shanghai]", "wrong_offset"),
        ("2027-03-02T10:00:00+08:00[Asia/Shanghai]", "future_time"),
        ("2027-02-28T10:00:00", "value_does_not_fit"),
    ],
)
def test_a_corrected_time_is_held_to_what_every_claimed_time_is_held_to(world: World, new: str, code: str) -> None:
    target = aged(world)
    old = present(world, target, "/occurred_at")

    with pytest.raises(InvalidInputError) as caught:
        world.when(correcting(target, pointer="/occurred_at", old=old, new=new))

    assert caught.value.code == code


def test_a_time_of_occurrence_is_corrected(world: World) -> None:
    target = aged(world)
    old = present(world, target, "/occurred_at")

    world.when(correcting(target, pointer="/occurred_at", old=old, new="2027-02[Asia/Shanghai]"))

    assert str(world.participant().known["age"].occurred) == "2027-02[Asia/Shanghai]"


def test_a_case_is_corrected_by_the_participant_s_site_but_not_moved_to_another(world: World) -> None:
    report = ReportAdverseEvent(case="AE-1", participant="001", reporter="Site 01", term="Fever")
    target = world.when(report)[0].body.event_id
    own = "adverse-event/AE-1"
    wish = correcting(target, pointer="/payload/reporter", old="Site 01", new="The ward of site 01", stream=own)

    moved = world.refuses(correcting(target, pointer="/payload/participant", old="001", new="002", stream=own))
    world.when(wish)

    assert moved.code == "not_correctable"
    assert wish.concerned_site(world.room(wish)) == SITE
    assert wish.key_scope(world.room(wish)) == f"participant:{world.trial}/001"


@pytest.mark.parametrize("participant", ["001", None])
def test_the_words_of_a_deviation_are_corrected(world: World, participant: str | None) -> None:
    recorded = world.when(
        RecordDeviation(
            description="The visit was missed", participant=participant, rule="visit-missed",
            site=SITE if participant is None else None,
        )
    )  # fmt: skip
    fact, target = one(recorded, DeviationRecorded), recorded[0].body.event_id
    wish = correcting(
        target,
        pointer="/payload/description",
        old=present(world, target, "/payload/description"),
        new="The visit was late, not missed",
        stream=f"deviation/{fact.deviation}",
    )

    sealed = msgspec.json.decode(one(world.when(wish), RecordCorrected).new, type=SealedText[TrialTeam])

    own_key = f"trial:{world.trial}" if participant is None else f"participant:{world.trial}/{participant}"
    assert world.seals.scopes[sealed.nonce] == own_key
    assert wish.concerned_site(world.room(wish)) == SITE


def test_a_record_of_no_site_has_no_protocol_version_in_force(world: World) -> None:
    recorded = world.when(RecordDeviation(description="A letter went astray", rule="letter-lost"))
    fact, target = one(recorded, DeviationRecorded), recorded[0].body.event_id

    (entry,) = world.when(
        correcting(target, pointer="/payload/important", old=False, new=True, stream=f"deviation/{fact.deviation}")
    )

    assert entry.body.protocol_version is None


def test_a_site_corrects_its_own_papers_but_not_its_name(world: World) -> None:
    held = world.entries[streams.site(world.trial, SITE)]
    approval = next(entry for entry in held if isinstance(entry.fact, ApprovalRecorded)).body.event_id
    first = next(entry for entry in held if isinstance(entry.fact, SiteRegistered)).body.event_id
    own = f"site/{SITE}"

    world.when(correcting(approval, pointer="/payload/reference", old="EC 1", new="EC 1/2027", stream=own))

    assert world.refuses(correcting(first, pointer="/payload/site", old=SITE, new="77", stream=own)).code == (
        "not_correctable"
    )
    assert world.get(Site, streams.site(world.trial, SITE)).approvals[0].reference == "EC 1/2027"


@pytest.mark.parametrize("stream", ["trial", "participant/x", "unblinding/u1", "protocol", "participant/001/x"])
def test_only_the_records_of_sites_are_corrected(stream: str) -> None:
    with pytest.raises(ValidationError):
        correcting(UUID(int=1), stream=stream)


@pytest.mark.requirement("E6-11")
def test_after_the_lock_a_correction_needs_an_unlock(world: World) -> None:
    target = aged(world)
    lock(world)

    refusal = world.refuses(correcting(target))
    unlock = TrialUnlocked(expires=world.now + timedelta(days=1), participants=("001",), request=world.new_id())
    world.happened(streams.trial(world.trial), unlock)
    world.when(correcting(target))

    assert refusal.code == "trial_locked"
    assert age(world) == "41"


def test_others_propose_and_the_site_accepts_by_correcting(world: World) -> None:
    target = aged(world)
    (proposal,) = world.when(proposing(target), by=SPONSOR)
    untouched = age(world)

    world.when(correcting(target, proposal=proposal.body.event_id))

    assert isinstance(proposal.fact, CorrectionProposed)
    assert (proposal.fact.new, proposal.fact.pointer, proposal.fact.target) == ('"41"', VALUE, target)
    assert (untouched, age(world)) == ("40", "41")
    again = correcting(target, old="41", new="42", proposal=proposal.body.event_id)
    assert world.refuses(again).code == "no_open_proposal"


def test_a_correction_answers_the_proposal_about_the_same_value_only(world: World) -> None:
    target = aged(world)
    other = proposing(target, pointer="/payload/value/quantity/unit", new="mo")
    (proposal,) = world.when(other, by=SPONSOR)

    assert world.refuses(correcting(target, proposal=proposal.body.event_id)).code == "other_proposal"
    assert world.refuses(correcting(target, proposal=target)).code == "no_open_proposal"


def test_the_site_declines_a_proposal_once(world: World) -> None:
    target = aged(world)
    (proposal,) = world.when(proposing(target), by=SPONSOR)
    wish = DeclineCorrection(proposal=proposal.body.event_id, reason=WHY, stream="participant/001")

    entries = world.when(wish)

    assert facts_of(entries) == (CorrectionDeclined(proposal=proposal.body.event_id),)
    assert world.refuses(wish).code == "no_open_proposal"
    assert world.refuses(correcting(target, proposal=proposal.body.event_id)).code == "no_open_proposal"


def test_a_proposal_is_held_to_what_a_correction_is_held_to_and_a_lock_does_not_stop_it(world: World) -> None:
    target = aged(world)
    lock(world)

    assert world.refuses(proposing(target, pointer="/actor", new="x"), by=DATA_MANAGER).code == "not_correctable"
    assert world.refuses(proposing(target, new="40"), by=DATA_MANAGER).code == "nothing_changes"
    assert len(world.when(proposing(target), by=DATA_MANAGER)) == 1
