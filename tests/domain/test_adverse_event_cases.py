"""A case lives on: follow-ups, codings, anchors and their corrections, nullification; what was stays visible."""

import pytest

from domain import streams
from domain.adverse_event.commands import (
    CodeAdverseEvent,
    CorrectAwareness,
    FollowUpAdverseEvent,
    NullifyAdverseEvent,
    RecordObligationMet,
    RecordSponsorReceipt,
)
from domain.adverse_event.facts import (
    AdverseEventCoded,
    AdverseEventReported,
    AwarenessCorrected,
    CaseNullified,
    FollowUpReceived,
    ObligationMet,
    ReceivedBySponsor,
)
from domain.command import COMMANDS, Command
from domain.ledger.facts import RecordVoided
from domain.values import PartialDate
from tests.domain.harness import DATA_MANAGER, NOBODY_KNOWN, deviations, on, one
from tests.domain.safety_story import SAFETY_PHYSICIAN, SERVICE, case_of, lock, reporting, with_case
from tests.domain.story import screened


def test_a_case_id_is_given_once() -> None:
    world = with_case()

    refusal = world.refuses(reporting(case="AE-1", term="Something else"))

    assert (refusal.code, refusal.rule) == ("case_exists", "case-ids-are-unique")
    assert len(world.when(reporting(term="Something else"))) == 1


def test_a_report_voided_under_the_wrong_participant_is_no_case_until_it_is_reported_anew() -> None:
    world = with_case()
    stream = streams.adverse_event(world.trial, "AE-1")
    (report,) = world.entries[stream]
    void = RecordVoided(recorded_instead_in=None, target=report.body.event_id, target_position=report.frame.position)
    world.happened(stream, void)
    other = screened(world)

    assert world.refuses(FollowUpAdverseEvent(case="AE-1")).code == "no_such_case"
    world.when(reporting(other, case="AE-1"))
    assert case_of(world).participant == other


def test_follow_ups_are_versions_of_the_case_however_late() -> None:
    world = with_case()
    lock(world)

    first = world.later(days=900).when(FollowUpAdverseEvent(case="AE-1"))
    second = world.when(
        FollowUpAdverseEvent(
            case="AE-1", ended=PartialDate("2027-05"), narrative="Well again", outcome="recovered", severity="mild"
        )
    )

    assert [one(found, FollowUpReceived).version for found in (first, second)] == [2, 3]
    assert (one(first, FollowUpReceived).outcome, one(first, FollowUpReceived).narrative) == ("unknown", None)
    told = one(second, FollowUpReceived)
    assert (told.ended, told.outcome, told.severity) == (PartialDate("2027-05"), "recovered", "mild")
    assert deviations(first) == deviations(second) == ("safety-fact-after-lock",)
    assert case_of(world).case_version == 3


def test_the_narrative_of_a_follow_up_is_sealed_to_safety_under_the_participants_key() -> None:
    world = with_case()

    told = one(world.when(FollowUpAdverseEvent(case="AE-1", narrative="Worse today")), FollowUpReceived)

    assert told.narrative is not None
    assert (told.narrative.audience, told.narrative.size) == ("safety", 16384)
    assert world.seals.kept[told.narrative.nonce] == "Worse today"
    assert world.seals.scopes[told.narrative.nonce] == "participant:T1/001"


def test_an_end_in_the_future_is_flagged() -> None:
    world = with_case()

    entries = world.when(FollowUpAdverseEvent(case="AE-1", ended=PartialDate("2027-03-04")))

    assert deviations(entries) == ("occurred-in-the-future",)


@pytest.mark.parametrize(
    "wish",
    [
        FollowUpAdverseEvent(case="AE-2"),
        CodeAdverseEvent(case="AE-2", code="10016558", dictionary="MedDRA", dictionary_version="29.1"),
        RecordSponsorReceipt(case="AE-2", channel="e-mail"),
        CorrectAwareness(case="AE-2", anchor="site_awareness", aware_at=on("2027-03-01T10:00")),
        NullifyAdverseEvent(case="AE-2"),
        RecordObligationMet(case="AE-2", obligation="E2A-7", reference="R 1"),
    ],
    ids=lambda wish: wish.NAME,
)
def test_nothing_is_recorded_about_a_case_that_does_not_exist(wish: Command) -> None:
    world = with_case()
    room = world.room(wish)

    refusal = world.refuses(wish, by=SAFETY_PHYSICIAN)

    assert (refusal.code, refusal.rule) == ("no_such_case", "case-must-be-reported")
    assert wish.concerned_site(room) is None
    given = world.given(wish, SAFETY_PHYSICIAN, on("2027-03-03"), NOBODY_KNOWN)
    assert wish.version_in_force(given, room) is None


def test_a_command_that_names_the_case_alone_concerns_the_site_of_its_participant() -> None:
    world = with_case()
    wish = FollowUpAdverseEvent(case="AE-1")

    (entry,) = world.when(wish)

    assert wish.concerned_site(world.room(wish)) == "01"
    assert entry.body.protocol_version == "1"
    assert entry.frame.stream == "trial:T1/adverse-event/AE-1"


def test_a_coding_keeps_the_term_as_it_was_written() -> None:
    world = with_case()
    wish = CodeAdverseEvent(case="AE-1", code="10016558", dictionary="MedDRA", dictionary_version="29.1")

    told = one(world.when(wish, by=DATA_MANAGER), AdverseEventCoded)

    assert (told.code, told.dictionary, told.dictionary_version) == ("10016558", "MedDRA", "29.1")
    (reported,) = world.every(AdverseEventReported)
    assert world.seals.kept[reported.term.nonce] == "Fell ill at home"


def test_the_first_receipt_by_the_sponsor_is_the_anchor_and_later_ones_stand_beside_it() -> None:
    world = with_case()
    assert case_of(world).anchor("sponsor_receipt") is None

    for claimed in ("2027-03-03T09:30", "2027-03-03T09:50"):
        entries = world.when(RecordSponsorReceipt(case="AE-1", channel="e-mail"), by=SERVICE, occurred=claimed)
        assert one(entries, ReceivedBySponsor).channel == "e-mail"

    assert case_of(world).anchor("sponsor_receipt") == on("2027-03-03T09:30")
    assert [anchor.occurred for anchor in case_of(world).anchors] == [on("2027-03-03T09:30"), on("2027-03-03T09:50")]


@pytest.mark.requirement("SAF-02")
def test_a_corrected_anchor_holds_and_the_wrong_one_stays() -> None:
    world = with_case(aware_at=on("2027-03-03T09:00"))
    world.when(RecordSponsorReceipt(case="AE-1", channel="e-mail"), by=SAFETY_PHYSICIAN, occurred="2027-03-03T09:30")

    for right in ("2027-03-02T18:00", "2027-03-02T17:00"):
        told = one(
            world.when(CorrectAwareness(case="AE-1", anchor="sponsor_receipt", aware_at=on(right))), AwarenessCorrected
        )
        assert told.aware_at == on(right)

    case = case_of(world)
    assert case.anchor("sponsor_receipt") == on("2027-03-02T17:00")
    assert case.anchor("site_awareness") == on("2027-03-03T09:00")
    assert [anchor.occurred for anchor in case.anchors if anchor.name == "sponsor_receipt"] == [
        on("2027-03-03T09:30"),
        on("2027-03-02T18:00"),
        on("2027-03-02T17:00"),
    ]


def test_an_unknown_awareness_may_become_known_and_an_unrecorded_receipt_cannot_be_corrected() -> None:
    world = with_case()
    earlier = on("2027-03-02T18:00")

    world.when(CorrectAwareness(case="AE-1", anchor="site_awareness", aware_at=earlier))
    refusal = world.refuses(CorrectAwareness(case="AE-1", anchor="sponsor_receipt", aware_at=earlier))

    assert case_of(world).anchor("site_awareness") == earlier
    assert (refusal.code, refusal.rule) == ("no_such_anchor", "anchor-must-be-recorded")


def test_an_anchor_corrected_into_the_future_is_flagged() -> None:
    world = with_case()

    entries = world.when(CorrectAwareness(case="AE-1", anchor="site_awareness", aware_at=on("2027-03-04T10:00")))

    assert deviations(entries) == ("occurred-in-the-future",)


def test_a_nullified_case_stays_visible_and_takes_what_is_learned_later() -> None:
    world = with_case(serious=True)

    one(world.when(NullifyAdverseEvent(case="AE-1")), CaseNullified)
    refusal = world.refuses(NullifyAdverseEvent(case="AE-1"))
    later = world.when(FollowUpAdverseEvent(case="AE-1", outcome="recovered"))

    assert (refusal.code, refusal.rule) == ("already_nullified", "nullifies-once")
    assert case_of(world).nullified
    assert case_of(world).participant == "001"
    assert one(later, FollowUpReceived).version == 2


def test_that_an_obligation_was_met_is_recorded_without_what_the_report_said() -> None:
    world = with_case()
    wish = RecordObligationMet(case="AE-1", obligation="E2A-7", reference="Acknowledgement 17")

    told = one(world.when(wish, by=SAFETY_PHYSICIAN), ObligationMet)

    assert told == ObligationMet(obligation="E2A-7", reference="Acknowledgement 17")
    assert case_of(world).version == 2


@pytest.mark.parametrize(
    "name",
    [
        "report_adverse_event",
        "follow_up_adverse_event",
        "assess_seriousness",
        "assess_causality",
        "assess_expectedness",
        "code_adverse_event",
        "record_sponsor_receipt",
        "correct_awareness",
        "nullify_adverse_event",
        "record_obligation_met",
    ],
)
def test_no_clock_fault_stops_a_command_about_an_adverse_event(name: str) -> None:
    assert COMMANDS[name].SAFETY


def test_who_takes_back_a_case_or_moves_an_anchor_gives_a_reason() -> None:
    assert [name for name in ("correct_awareness", "nullify_adverse_event") if not COMMANDS[name].NEEDS_REASON] == []
