"""The trial as a whole: a draft with open questions, decided by two, opened, paused, closed, locked."""

from datetime import timedelta

import pytest

from domain import streams
from domain.command import Room
from domain.eligibility.rule import Holds
from domain.ledger.facts import LedgerOpened
from domain.participant.enrolment import Enrol
from domain.people.facts import TrialAdded
from domain.protocol.commands import CodeRule
from domain.record import Entry
from domain.trial.commands import (
    ApproveDecision,
    CloseTrial,
    OpenScreening,
    PauseTrial,
    ResumeTrial,
    SettingsPart,
)
from domain.trial.facts import (
    DecisionApproved,
    LockRequested,
    QuestionRaised,
    ScreeningOpened,
    TrialLocked,
    TrialRegistered,
    TrialUnlocked,
    UnlockRequested,
)
from domain.trial.lock import LockView
from domain.trial.trial import NOTHING_SET, Trial
from tests.domain.harness import (
    DATA_MANAGER,
    MEDICAL_MONITOR,
    SECOND_SPONSOR,
    SPONSOR,
    STATISTICIAN,
    World,
    facts_of,
    one,
)
from tests.domain.story import (
    criterion,
    decided,
    eligible,
    open_trial,
    proposing,
    registered,
    registering,
    settings,
)

STREAM = streams.trial("T1")


def trial(world: World) -> Trial:
    return world.get(Trial, STREAM)


def world_with(*questions: str) -> World:
    world = registered(World(), *questions)
    world.by = SPONSOR
    return world


def test_a_trial_is_registered_as_a_draft_with_the_questions_its_record_leaves_open() -> None:
    world = World()

    entries = world.when(registering("ratio", "strata"), by=SPONSOR)

    assert [entry.frame.ledger for entry in entries[:4]] == ["trial:T1", "vault:T1", "access:T1", "system"]
    assert [fact.kind for fact in facts_of(entries) if isinstance(fact, LedgerOpened)] == ["trial", "vault", "access"]
    assert one(entries, TrialAdded).trial == "T1"
    assert one(entries, TrialRegistered).registry_id == "T1"
    assert [fact.code for fact in facts_of(entries) if isinstance(fact, QuestionRaised)] == ["ratio", "strata"]
    assert trial(world).state(world.now) == "DRAFT"
    assert trial(world).undecided == ("ratio", "strata")


@pytest.mark.parametrize("environment", ["demonstration", "production"])
def test_the_first_entry_of_every_ledger_says_whether_its_data_are_real(environment: str) -> None:
    world = World(environment="production" if environment == "production" else "demonstration")

    world.when(registering(), by=SPONSOR)

    assert {opened.environment for opened in world.every(LedgerOpened)} == {environment}
    assert len({opened.ledger_id for opened in world.every(LedgerOpened)}) == 3


def test_a_trial_is_registered_once() -> None:
    assert world_with().refuses(registering()).code == "trial_exists"


def test_nothing_is_decided_about_a_trial_that_is_not_registered() -> None:
    assert World().refuses(proposing("ratio"), by=SPONSOR).code == "no_such_trial"


def test_a_decision_answers_a_question_that_was_raised() -> None:
    assert world_with("ratio").refuses(proposing("colour")).code == "no_such_question"


@pytest.mark.requirement("P11-11", "P11-12")
def test_a_decision_holds_when_two_named_persons_approved_neither_the_proposer() -> None:
    world = world_with("ratio")
    assert world.refuses(ApproveDecision(question="ratio")).code == "nothing_proposed"
    world.when(proposing("ratio", SettingsPart(ratio=(2, 1))))

    assert world.refuses(ApproveDecision(question="ratio")).rule == "proposer-is-not-approver"
    world.when(ApproveDecision(question="ratio"), by=SECOND_SPONSOR)
    assert trial(world).settings.ratio is None
    assert world.refuses(ApproveDecision(question="ratio"), by=SECOND_SPONSOR).rule == "two-distinct-approvers"
    world.when(ApproveDecision(question="ratio"), by=MEDICAL_MONITOR)

    assert trial(world).settings.ratio == (2, 1)
    assert trial(world).undecided == ()


def test_a_later_proposal_stands_beside_the_approved_one_until_it_is_approved_itself() -> None:
    world = decided(world_with("ratio"), "ratio", SettingsPart(ratio=(2, 1), planned_enrolment=30))
    first = trial(world).decision("ratio")

    world.when(proposing("ratio", SettingsPart(ratio=(1, 1))))

    assert trial(world).decision("ratio") == first
    assert trial(world).settings.ratio == (2, 1)
    for approver in (SECOND_SPONSOR, MEDICAL_MONITOR):
        world.when(ApproveDecision(question="ratio"), by=approver)
    assert trial(world).settings.ratio == (1, 1)
    assert trial(world).settings.planned_enrolment == 30


def test_approved_settings_are_what_rules_compute_with() -> None:
    world = world_with("design")
    assert trial(world).settings == NOTHING_SET
    assert trial(world).zone == "UTC"

    decided(world, "design", settings(cap=15, over_enrolment=False))

    found = trial(world).settings
    assert found.strata is not None
    assert [(stratum.code, stratum.cap) for stratum in found.strata] == [("SLE", 15), ("LN", 15)]
    assert (found.allow_over_enrolment, trial(world).zone) == (False, "Asia/Shanghai")


@pytest.mark.requirement("P11-11")
def test_screening_opens_only_when_every_question_and_criterion_reading_is_decided() -> None:
    world = world_with("ratio", "strata")
    for wish in criterion("I1", None):
        world.when(wish)

    assert "ratio, strata, I1" in world.refuses(OpenScreening()).what
    decided(decided(world, "ratio"), "strata")
    refusal = world.refuses(OpenScreening())
    assert (refusal.code, refusal.rule) == ("decisions_missing", "screening-opens-when-all-is-decided")
    world.when(CodeRule(criterion="I1", note="As worded", rule=Holds(fact="adult")))

    assert one(world.when(OpenScreening()), ScreeningOpened).decisions == ("ratio", "strata")


def test_opening_names_the_decisions_it_rests_on_and_happens_once() -> None:
    world = decided(world_with("ratio"), "ratio")

    (entry,) = world.when(OpenScreening())

    assert entry.fact == ScreeningOpened(decisions=("ratio",))
    assert trial(world).state(world.now) == "OPEN"
    assert world.refuses(OpenScreening()).code == "already_open"


def test_a_pause_and_a_closure_come_in_order_and_say_so() -> None:
    world = decided(world_with("ratio"), "ratio")
    assert world.refuses(CloseTrial()).code == "not_open"
    world.when(OpenScreening())
    assert world.refuses(ResumeTrial()).code == "not_paused"

    world.when(PauseTrial())
    assert trial(world).state(world.now) == "PAUSED"
    assert world.refuses(PauseTrial()).code == "already_paused"
    world.when(ResumeTrial())
    assert trial(world).state(world.now) == "OPEN"
    world.when(CloseTrial())

    assert trial(world).state(world.now) == "CLOSED"
    assert world.refuses(CloseTrial()).code == "not_open"


@pytest.mark.parametrize("wish", [PauseTrial, ResumeTrial, CloseTrial])
def test_pausing_resuming_and_closing_need_a_reason(wish: type[PauseTrial]) -> None:
    assert wish.NEEDS_REASON


@pytest.mark.requirement("P11-11")
@pytest.mark.parametrize("stop", [PauseTrial(), CloseTrial()])
def test_no_permission_is_given_while_the_trial_is_not_open(stop: PauseTrial | CloseTrial) -> None:
    world = open_trial()
    number = eligible(world)

    world.when(stop, by=SPONSOR)

    assert world.refuses(Enrol(participant=number)).code == "trial_not_open"


def locked(world: World) -> Entry:
    return world.happened(
        STREAM, TrialLocked(data_digest="a" * 64, position=9, request=world.new_id(), root="b" * 64), by=STATISTICIAN
    )


def test_a_lock_holds_until_an_unlock_and_again_after_it_expired() -> None:
    world = world_with()
    asked = LockRequested(data_digest="a" * 64, open_items=(), position=9, reasons=None, root="b" * 64)
    entry = world.happened(STREAM, asked, by=DATA_MANAGER)
    wish = trial(world).lock_wish
    assert wish is not None
    assert wish[0].by == DATA_MANAGER.person
    assert not trial(world).is_locked(world.now)

    locked(world)
    assert trial(world).locked_at == 9
    assert trial(world).lock_wish is None
    assert trial(world).state(world.now) == "LOCKED"

    expires = world.now + timedelta(days=2)
    world.happened(STREAM, UnlockRequested(expires=expires, participants=("001",)), by=DATA_MANAGER)
    assert trial(world).unlock_wish is not None
    unlocked = TrialUnlocked(expires=expires, participants=("001",), request=entry.body.event_id)
    world.happened(STREAM, unlocked, by=STATISTICIAN)

    state = trial(world)
    assert state.unlock_wish is None
    assert state.is_locked(world.now)
    assert state.is_locked(world.now, "002")
    assert not state.is_locked(world.now, "001")
    assert state.is_locked(expires, "001")
    locked(world)
    assert trial(world).is_locked(world.now, "001")


def test_an_unlock_of_the_whole_trial_unlocks_everybody_for_its_time() -> None:
    world = world_with()
    locked(world)
    expires = world.now + timedelta(hours=1)

    world.happened(STREAM, TrialUnlocked(expires=expires, participants=None, request=world.new_id()))

    assert not trial(world).is_locked(world.now)
    assert not trial(world).is_locked(world.now, "001")
    assert trial(world).is_locked(expires)


def test_a_trial_is_unmoved_by_what_is_not_about_trials() -> None:
    world = world_with()
    before = trial(world)

    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert before.after(entry).at_version(before.version) == before


def test_an_approval_of_a_proposal_changes_that_proposal_only() -> None:
    world = decided(decided(world_with("a", "b"), "a"), "b")

    assert {proposal.question: len(proposal.approvers) for proposal in trial(world).proposals} == {"a": 2, "b": 2}
    assert len(world.every(DecisionApproved)) == 4


def test_a_room_gives_an_aggregate_as_what_it_is_only() -> None:
    world = open_trial()
    room = world.room(OpenScreening())

    assert STREAM in room
    assert room.get(Trial, STREAM).opened
    with pytest.raises(AssertionError, match="is not about a Participant"):
        room.get(type(world.participant()), STREAM)
    assert Room("T1").whole is None
    view = LockView(position=1, root="a", data_digest="b", open_items=())
    assert Room("T1", whole=view).whole == view
