"""The lock: records signed off, the trial locked by two roles, unlocked by two persons for a time."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import streams
from domain.command import Command, Reason
from domain.participant.conduct import RecordVisit
from domain.participant.conduct_facts import SignedOff
from domain.trial.facts import LockRequested, OpenItem, OpenKind, TrialLocked, TrialUnlocked, UnlockRequested
from domain.trial.lock import LockView
from domain.trial.lock_commands import (
    NEVER_BLIND_AGAIN,
    AcceptedPart,
    ConfirmLock,
    ConfirmUnlock,
    RequestLock,
    RequestUnlock,
    SignOffParticipant,
)
from domain.trial.trial import Trial
from tests.domain.harness import DATA_MANAGER, STATISTICIAN, World, facts_of, one, persona
from tests.domain.story import enrolled, open_trial, screened

DIGEST, OTHER_DIGEST, ROOT = "ab" * 32, "cd" * 32, "ef" * 32
SECOND_DATA_MANAGER = persona("data-02", "data_manager", "CRO")
WHY = Reason(code="late_data", text="A late laboratory report must be entered.")
GOOD = "Known to the team, explained in the report."


def items(kind: OpenKind, *about: str) -> tuple[OpenItem, ...]:
    return tuple(OpenItem(about=name, kind=kind) for name in about)


def whole(*items: OpenItem, digest: str = DIGEST, position: int = 40) -> LockView:
    return LockView(position=position, root=ROOT, data_digest=digest, open_items=items)


def accepting(*items: OpenItem, reason: str = GOOD) -> RequestLock:
    return RequestLock(accepted=tuple(AcceptedPart(about=i.about, kind=i.kind, reason=reason) for i in items))


@pytest.fixture
def world() -> World:
    world = open_trial()
    world.whole = whole()
    return world


def locked(world: World) -> World:
    world.when(RequestLock(), by=DATA_MANAGER)
    world.when(ConfirmLock(), by=STATISTICIAN)
    return world


def trial(world: World) -> Trial:
    return world.get(Trial, streams.trial(world.trial))


def unlocking(world: World, **changed: Any) -> RequestUnlock:
    wish: dict[str, Any] = {"expires": world.now + timedelta(days=2), "reason": WHY}
    return RequestUnlock(**(wish | changed))


def unlocked(world: World, **changed: Any) -> World:
    world.when(unlocking(world, **changed), by=DATA_MANAGER)
    world.when(ConfirmUnlock(), by=STATISTICIAN)
    return world


def test_an_investigator_signs_off_the_record_as_it_stands(world: World) -> None:
    number = enrolled(world)
    own = streams.participant(world.trial, number)
    version, root = world.participant(number).version, world.root(own)

    entries = world.when(SignOffParticipant(participant=number, record_version=version))

    assert facts_of(entries) == (SignedOff(record_digest=root, record_version=version),)
    assert world.participant(number).is_soft_locked


def test_a_record_that_moved_on_since_it_was_displayed_is_not_signed_unseen(world: World) -> None:
    number = enrolled(world)
    seen = world.participant(number).version
    world.when(RecordVisit(participant=number, visit="V1"))

    refusal = world.refuses(SignOffParticipant(participant=number, record_version=seen))

    assert refusal.code == "record_moved_on"


def test_a_record_is_signed_off_again_only_after_it_changed(world: World) -> None:
    number = enrolled(world)
    wish = SignOffParticipant(participant=number)
    world.when(wish)

    refusal = world.refuses(wish)
    world.when(RecordVisit(participant=number, visit="V1"))

    assert refusal.code == "already_signed_off"
    assert one(world.when(wish), SignedOff).record_version == world.participant(number).version - 1


def test_nobody_signs_off_what_is_locked_or_not_there(world: World) -> None:
    number = enrolled(world)
    locked(world)

    assert world.refuses(SignOffParticipant(participant=number)).code == "trial_locked"
    assert world.refuses(SignOffParticipant(participant="999")).code == "no_such_participant"


@pytest.mark.requirement("E6-11")
def test_a_lock_binds_position_root_digest_and_the_accepted_items_with_their_reasons(world: World) -> None:
    open_items = (*items("open_deviation", "d1"), *items("unsigned", "001"))
    world.whole = whole(*open_items)

    fact = one(world.when(accepting(*open_items), by=DATA_MANAGER), LockRequested)
    lock = one(world.when(ConfirmLock(), by=STATISTICIAN), TrialLocked)

    assert (fact.position, fact.root, fact.data_digest, fact.open_items) == (40, ROOT, DIGEST, open_items)
    assert fact.reasons is not None
    assert world.seals.kept[fact.reasons.nonce] == (
        f'[{{"about":"d1","kind":"open_deviation","reason":"{GOOD}"}},'
        f'{{"about":"001","kind":"unsigned","reason":"{GOOD}"}}]'
    )
    assert (lock.position, lock.root, lock.data_digest) == (40, ROOT, DIGEST)
    assert trial(world).is_locked(world.now, "001")


def test_a_lock_with_nothing_open_needs_no_reasons(world: World) -> None:
    assert one(world.when(RequestLock(), by=DATA_MANAGER), LockRequested).reasons is None


@pytest.mark.requirement("E6-11")
def test_a_lock_is_refused_while_something_is_open_and_not_accepted(world: World) -> None:
    world.whole = whole(*items("open_deviation", "d1", "d2"), *items("unsigned", "001"))

    refusal = world.refuses(accepting(*items("open_deviation", "d1")), by=DATA_MANAGER)

    assert refusal.code == "open_items"
    assert "2 open (open_deviation d2, unsigned 001)" in refusal.what


def test_the_refusal_names_ten_open_items_and_counts_the_others(world: World) -> None:
    world.whole = whole(*items("open_deviation", *(f"d{number:02}" for number in range(13))))

    refusal = world.refuses(RequestLock(), by=DATA_MANAGER)

    assert "13 open" in refusal.what
    assert "open_deviation d09 and 3 more" in refusal.what
    assert "d10" not in refusal.what


@pytest.mark.parametrize("reason", ["n/a", "typo", "accepted"])
def test_an_item_accepted_without_a_real_reason_is_still_open(world: World, reason: str) -> None:
    world.whole = whole(*items("unsigned", "001"))

    assert world.refuses(accepting(*items("unsigned", "001"), reason=reason), by=DATA_MANAGER).code == "open_items"


def test_what_is_accepted_but_closed_by_now_is_not_listed(world: World) -> None:
    fact = one(world.when(accepting(*items("unsigned", "001")), by=DATA_MANAGER), LockRequested)

    assert fact.open_items == ()


def test_more_reasons_than_fit_under_one_seal_cannot_be_read() -> None:
    with pytest.raises(ValidationError, match="too long to be sealed"):
        accepting(*items("open_deviation", *(f"d{number:02}" for number in range(40))), reason="why " * 120)


def test_a_lock_that_nobody_asked_for_is_not_confirmed(world: World) -> None:
    assert world.refuses(ConfirmLock(), by=STATISTICIAN).code == "no_lock_requested"


@pytest.mark.requirement("E6-11")
def test_a_lock_needs_two_persons_and_both_roles(world: World) -> None:
    world.when(RequestLock(), by=DATA_MANAGER)

    same = world.refuses(ConfirmLock(), by=DATA_MANAGER._replace(role="statistician"))
    role = world.refuses(ConfirmLock(), by=SECOND_DATA_MANAGER)

    assert (same.code, role.code) == ("same_person", "same_role")


def test_a_lock_is_not_confirmed_over_data_that_have_changed_since(world: World) -> None:
    world.when(RequestLock(), by=DATA_MANAGER)
    world.whole = whole(digest=OTHER_DIGEST)

    assert world.refuses(ConfirmLock(), by=STATISTICIAN).code == "data_changed"


def test_a_lock_binds_the_position_asked_for_although_the_ledger_has_grown(world: World) -> None:
    world.when(RequestLock(), by=DATA_MANAGER)
    world.whole = whole(position=47)

    assert one(world.when(ConfirmLock(), by=STATISTICIAN), TrialLocked).position == 40


def test_a_lock_is_not_confirmed_over_something_newly_open(world: World) -> None:
    world.when(RequestLock(), by=DATA_MANAGER)
    world.whole = whole(*items("open_impact_assessment", "u1"))

    assert world.refuses(ConfirmLock(), by=STATISTICIAN).code == "open_items"


def test_only_a_locked_trial_is_unlocked(world: World) -> None:
    assert world.refuses(unlocking(world), by=DATA_MANAGER).code == "not_locked"
    assert world.refuses(ConfirmUnlock(), by=STATISTICIAN).code == "no_unlock_requested"


@pytest.mark.requirement("E6-11")
def test_an_unlock_needs_two_persons_a_reason_and_an_end(world: World) -> None:
    locked(world)
    request = one(world.when(unlocking(world), by=DATA_MANAGER), UnlockRequested)

    same = world.refuses(ConfirmUnlock(), by=DATA_MANAGER)
    unlock = one(world.when(ConfirmUnlock(), by=STATISTICIAN), TrialUnlocked)

    assert RequestUnlock.NEEDS_REASON
    assert same.code == "same_person"
    assert (unlock.expires, unlock.participants) == (request.expires, None)
    assert not trial(world).is_locked(world.now)


def test_an_unlock_opens_only_its_scope(world: World) -> None:
    number, other = screened(world), screened(world)
    unlocked(locked(world), participants=(number,))

    assert not trial(world).is_locked(world.now, number)
    assert trial(world).is_locked(world.now, other)
    assert trial(world).is_locked(world.now)


@pytest.mark.requirement("E6-11")
def test_the_lock_holds_again_by_itself_when_the_unlock_is_over(world: World) -> None:
    unlocked(locked(world))
    world.later(days=2)

    assert trial(world).is_locked(world.now)


def test_an_unlock_that_is_over_before_it_begins_is_refused(world: World) -> None:
    locked(world)
    over = world.refuses(unlocking(world, expires=world.now), by=DATA_MANAGER)
    world.when(unlocking(world), by=DATA_MANAGER)
    world.later(days=2)

    assert over.code == "already_expired"
    assert world.refuses(ConfirmUnlock(), by=STATISTICIAN).code == "already_expired"


def test_an_unlock_of_participants_who_are_not_there_is_refused(world: World) -> None:
    number = screened(world)
    locked(world)

    refusal = world.refuses(unlocking(world, participants=(number, "998")), by=DATA_MANAGER)

    assert refusal.code == "no_such_participant"
    assert "998" in refusal.what
    assert number not in refusal.what


def test_a_re_lock_takes_in_what_was_recorded_since_and_ends_the_unlock(world: World) -> None:
    unlocked(locked(world))
    world.whole = whole(digest=OTHER_DIGEST, position=60)

    locked(world)

    assert trial(world).is_locked(world.now)
    assert trial(world).locked_at == 60


@pytest.mark.parametrize("command", [RequestUnlock, ConfirmUnlock])
def test_an_unlock_says_that_it_never_restores_blindness(command: type[RequestUnlock] | type[ConfirmUnlock]) -> None:
    assert command.__doc__ is not None
    assert " ".join(NEVER_BLIND_AGAIN.split()) in " ".join(command.__doc__.split())
    assert command.NOTICE == NEVER_BLIND_AGAIN


def test_the_refusal_of_an_unlock_says_it_too(world: World) -> None:
    locked(world)

    assert NEVER_BLIND_AGAIN in world.refuses(unlocking(world, expires=world.now), by=DATA_MANAGER).what


@pytest.mark.parametrize("wish", [RequestLock(), ConfirmLock(), ConfirmUnlock()])
def test_a_trial_that_is_not_registered_is_neither_locked_nor_unlocked(wish: Command) -> None:
    world = World()
    world.whole = whole()

    assert world.refuses(wish, by=DATA_MANAGER).code == "no_such_trial"


@pytest.mark.parametrize("kind", [RequestLock, ConfirmLock])
def test_whoever_locks_sees_the_whole_trial(kind: type[Command]) -> None:
    assert kind.SEES_WHOLE_TRIAL
