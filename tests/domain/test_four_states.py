"""A participant has four independent states; facts about them are never refused, whatever the state of the rest."""

import pytest

from domain import streams
from domain.command import Command
from domain.deviation.found import RuleCode
from domain.participant.conduct import (
    RecordVitalStatus,
)
from domain.participant.conduct_facts import SignedOff, VitalStatusRecorded
from domain.participant.enrolment import Enrol
from domain.participant.participant import Participant
from domain.participant.screening import RecordProcedure, WithdrawConsent
from domain.site.commands import CloseSite, HoldSite
from domain.times import Occurred
from domain.trial.commands import TrialCommand
from domain.values import PartialDate
from tests.domain.conduct_story import DOSE, V2, following, in_trial, treating
from tests.domain.harness import (
    COORDINATOR,
    INVESTIGATOR,
    NOBODY_KNOWN,
    SPONSOR,
    deviations,
    one,
)
from tests.domain.safety_story import lock
from tests.domain.story import SITE, eligible, open_trial


def dead(date: str | None = None, *, case: str | None = "AE-1", explanation: str | None = None) -> RecordVitalStatus:
    when = None if date is None else PartialDate(date)
    return RecordVitalStatus(case=case, date=when, explanation=explanation, participant="001", status="dead")


def alive(date: str | None = None) -> RecordVitalStatus:
    when = None if date is None else PartialDate(date)
    return RecordVitalStatus(date=when, learned_from="A letter", participant="001", status="alive")


# --- life and death --------------------------------------------------------------------------------------------


def test_a_death_has_a_date_as_exact_as_known_its_source_and_a_case() -> None:
    world = in_trial()

    entries = world.when(dead("2027-03"))

    fact = one(entries, VitalStatusRecorded)
    assert (fact.status, fact.date, fact.case, fact.source) == ("dead", PartialDate("2027-03"), "AE-1", "not stated")
    assert deviations(entries) == ()
    assert world.participant().vital == "dead"
    assert world.participant().death == Occurred("2027-03[Asia/Shanghai]")


def test_a_death_links_a_case_or_says_in_words_why_there_is_none() -> None:
    assert deviations(in_trial().when(dead(case=None))) == ("death-without-case",)

    world = in_trial()
    (entry,) = world.when(dead(case=None, explanation="A car accident, no adverse event of the trial"))

    sealed = entry.fact.explanation
    assert (sealed.size, sealed.audience) == (1024, "trial_team")
    assert world.seals.kept[sealed.nonce].startswith("A car accident")


@pytest.mark.parametrize(
    "wish",
    [DOSE, V2, RecordProcedure(participant="001", procedure="biopsy")],
    ids=lambda wish: wish.NAME,
)
def test_what_is_claimed_for_a_time_after_the_death_is_recorded_and_flagged(wish: Command) -> None:
    world = in_trial()
    world.when(dead("2027-03-08"))

    assert "act-after-death" in deviations(world.when(wish))
    assert "act-after-death" not in deviations(world.when(wish, occurred="2027-03-08T10:00"))
    assert "act-after-death" not in deviations(world.when(wish, occurred="2027-03-07T10:00"))


@pytest.mark.parametrize(
    ("records", "vital"),
    [
        ((), "unknown"),
        ((alive("2027-03-05"),), "alive"),
        ((alive("2027-03-05"), RecordVitalStatus(participant="001", status="unknown")), "unknown"),
        ((RecordVitalStatus(participant="001", status="unknown"), alive("2027-03-05")), "unknown"),
        ((alive("2027-03-05"), dead("2027-03-07")), "dead"),
        ((dead("2027-03-07"), alive("2027-03-05")), "dead"),
        ((dead("2027-03-07"), alive("2027-03-07")), "dead"),
        ((dead("2027-03-07"), RecordVitalStatus(participant="001", status="unknown")), "dead"),
        ((dead("2027-03-07"), alive("2027-03-09")), "alive"),
        ((alive("2027-03-09"), dead("2027-03-07")), "dead"),
    ],
)
def test_later_knowledge_about_earlier_days_never_undoes_a_death(
    records: tuple[RecordVitalStatus, ...], vital: str
) -> None:
    world = in_trial()

    for record in records:
        world.when(record)

    assert world.participant().vital == vital


@pytest.mark.parametrize(
    ("first", "second", "flagged"),
    [
        (dead("2027-03-07"), alive("2027-03-09"), True),
        (alive("2027-03-09"), dead("2027-03-07"), True),
        (dead("2027-03-07"), alive("2027-03-06"), False),
        (alive("2027-03-07"), dead("2027-03-07"), False),
        (dead("2027-03-07"), alive(), True),
    ],
)
def test_records_of_life_and_death_that_contradict_each_other_are_flagged(
    first: RecordVitalStatus, second: RecordVitalStatus, flagged: bool
) -> None:
    world = in_trial()
    world.when(first)

    assert ("alive-after-death" in deviations(world.when(second))) is flagged


# --- facts are never refused -----------------------------------------------------------------------------------

FACTS: tuple[Command, ...] = (
    DOSE,
    treating("stopped"),
    V2,
    following("left"),
    dead(),
    WithdrawConsent(participant="001", scopes=("treatment",)),
    RecordProcedure(participant="001", procedure="biopsy"),
)


@pytest.mark.parametrize("wish", FACTS, ids=lambda wish: wish.NAME)
@pytest.mark.parametrize(
    ("stop", "expected"), [(HoldSite(site=SITE), "site-held"), (CloseSite(site=SITE), "site-closed")]
)
def test_facts_at_a_held_or_closed_site_are_recorded_and_flagged(
    wish: Command, stop: TrialCommand, expected: RuleCode
) -> None:
    world = in_trial()
    world.when(stop, by=SPONSOR)

    assert expected in deviations(world.when(wish))


@pytest.mark.requirement("E6-11")
@pytest.mark.parametrize("wish", FACTS, ids=lambda wish: wish.NAME)
def test_facts_after_the_lock_are_recorded_flagged_and_safety_facts_go_on(wish: Command) -> None:
    world = in_trial()
    lock(world)

    expected = "safety-fact-after-lock" if wish.NAME == "record_vital_status" else "fact-after-lock"
    assert expected in deviations(world.when(wish))


@pytest.mark.requirement("P11-12")
@pytest.mark.parametrize("wish", [DOSE, treating("on"), V2, following("lost")], ids=lambda wish: wish.NAME)
def test_the_delegation_of_the_performer_is_checked_at_the_time_claimed_and_flagged(wish: Command) -> None:
    world = in_trial()

    by_nobody = world.when(wish, performer=NOBODY_KNOWN)
    by_another = world.when(wish, performer=world.performer(COORDINATOR))
    before_delegation = world.when(wish, occurred="2027-01-03")

    assert "performer-unknown-to-system" in deviations(by_nobody)
    assert "performer-not-delegated" in deviations(by_another)
    assert "performer-not-delegated" in deviations(before_delegation)
    assert "performer-not-delegated" not in deviations(
        world.when(wish, by=COORDINATOR, performer=world.performer(INVESTIGATOR))
    )


def test_no_clock_fault_stops_a_safety_fact_it_is_flagged() -> None:
    assert "occurred-in-the-future" in deviations(in_trial().when(dead(), occurred="2027-03-11T09:00"))
    assert "occurred-in-the-future" not in deviations(in_trial().when(dead(), occurred="2027-03-10"))


# --- four states -----------------------------------------------------------------------------------------------


def states(own: Participant) -> dict[str, object]:
    return {
        "consent": tuple(own.withdrawn(scope) is None for scope in ("treatment", "follow_up", "samples", "data_use")),
        "treatment": own.treatment,
        "follow_up": own.follow_up,
        "vital": own.vital,
    }


@pytest.mark.parametrize(
    ("wish", "changes"),
    [
        (WithdrawConsent(participant="001", scopes=("treatment", "follow_up")), "consent"),
        (treating("stopped"), "treatment"),
        (DOSE, "treatment"),
        (following("left"), "follow_up"),
        (dead(), "vital"),
    ],
    ids=lambda wish: getattr(wish, "NAME", None),
)
def test_the_four_states_are_independent(wish: Command, changes: str) -> None:
    world = in_trial()
    before = states(world.participant())

    world.when(wish)

    after = states(world.participant())
    assert {name for name in before if before[name] != after[name]} == {changes}


def test_stopping_treatment_keeps_follow_up_and_visits() -> None:
    world = in_trial()
    world.when(DOSE)
    world.when(treating("stopped"))
    world.at("2027-04-07T09:00")

    assert deviations(world.when(V2)) == ()
    assert world.participant().follow_up == "in"


def test_a_participant_starts_in_no_state() -> None:
    own = Participant.start()

    assert (own.treatment, own.follow_up, own.vital, own.death, own.next) == (
        "not_started",
        "not_started",
        "unknown",
        None,
        None,
    )
    world = open_trial()
    assert world.participant(eligible(world)).follow_up == "not_started"


# --- sign-off --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("EMA-10")
def test_a_signed_off_record_is_locked_softly_until_something_is_recorded_about_it() -> None:
    world = open_trial()
    number = eligible(world)
    assert not world.participant(number).is_soft_locked
    version = world.participant(number).version

    signed = SignedOff(record_digest="ab" * 32, record_version=version)
    world.happened(streams.participant("T1", number), signed)

    assert world.participant(number).is_soft_locked
    world.when(Enrol(participant=number))
    assert not world.participant(number).is_soft_locked
