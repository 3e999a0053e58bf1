"""Signatures as open items of the lock: an act that nobody signed, and what was altered or taken back since."""

import pytest

from compliance.lock_view import lock_view
from domain import streams
from domain.deviation.commands import CloseDeviation, GradeDeviation, RecordDeviation
from domain.participant.conduct import RecordVisit
from domain.participant.enrolment import Enrol
from domain.record import Entry
from domain.trial.facts import OpenKind
from domain.trial.lock import LockView
from domain.trial.lock_commands import AcceptedPart, ConfirmLock, RequestLock, SignOffParticipant
from tests.domain.corrections_story import correcting
from tests.domain.harness import DATA_MANAGER, MEDICAL_MONITOR, SPONSOR, STATISTICIAN, World
from tests.domain.signing_story import sign_late, withdraw
from tests.domain.story import SITE, eligible, enrolled, open_trial


def view(world: World) -> LockView:
    held = [entry for entries in world.entries.values() for entry in entries]
    own = [entry for entry in held if entry.frame.ledger == streams.trial_ledger(world.trial)]
    return lock_view(sorted(own, key=lambda entry: entry.frame.position), lambda size: f"{size:064x}")


def open_in(world: World, kind: OpenKind) -> list[str]:
    return [item.about for item in view(world).open_items if item.kind == kind]


@pytest.fixture
def world() -> World:
    return open_trial()


def test_an_act_that_nobody_signed_is_open_until_it_is_signed(world: World) -> None:
    world.signs_itself = False
    number = enrolled_by_signature(world)
    sign_late(world, f"participant/{number}")
    signed_off = world.when(SignOffParticipant(participant=number))[0].frame.position
    grading = graded(world)
    before = open_in(world, "signature_owed")

    sign_late(world, f"participant/{number}")
    sign_late(world, grading.frame.stream.partition("/")[2])

    deviation = streams.name_of(grading.frame.stream)
    assert before == [
        f"deviation/{deviation}/important_deviation/{grading.frame.position}",
        f"participant/{number}/sign_off/{signed_off}",
    ]
    assert open_in(world, "signature_owed") == []


def enrolled_by_signature(world: World) -> str:
    number = eligible(world)
    sign_late(world, f"participant/{number}")
    world.when(Enrol(participant=number))
    return number


def graded(world: World) -> Entry:
    """A deviation graded as important."""
    recorded = world.when(RecordDeviation(description="Too warm by far.", rule="storage", site=SITE), by=SPONSOR)
    deviation = streams.name_of(recorded[0].frame.stream)
    grading = GradeDeviation(affects_data=True, affects_safety=False, deviation=deviation, important=True)
    return world.when(grading, by=MEDICAL_MONITOR)[0]


def test_a_signature_that_a_correction_superseded_or_that_was_taken_back_is_open_until_it_is_given_again(
    world: World,
) -> None:
    first, second = enrolled(world), enrolled(world)
    world.when(correcting(world.participant(first).known["age"].event))
    withdraw(world, f"participant/{second}")
    before = open_in(world, "signature_superseded")

    for number in (first, second):
        sign_late(world, f"participant/{number}")

    assert [about.rpartition("/")[0] for about in before] == [
        f"participant/{first}/eligibility",
        f"participant/{second}/eligibility",
    ]
    assert open_in(world, "signature_superseded") == open_in(world, "signature_owed") == []


def test_a_sign_off_that_was_overtaken_is_signed_off_again_and_not_listed_twice(world: World) -> None:
    number = enrolled(world)
    world.when(SignOffParticipant(participant=number))
    world.when(RecordVisit(participant=number, visit="V1"))

    items = view(world).open_items

    assert [(item.kind, item.about) for item in items] == [("not_locked_softly", number)]


def test_the_lock_waits_for_the_signature_of_whoever_asked_for_it_or_a_reason_to_go_without(world: World) -> None:
    world.whole = view(world)
    world.signs_itself = False
    request = world.when(RequestLock(), by=DATA_MANAGER)[0]
    about = f"trial/lock_request/{request.frame.position}"
    world.whole = view(world)

    refused = world.refuses(ConfirmLock(), by=STATISTICIAN)
    sign_late(world, "trial")
    world.whole = view(world)

    assert (refused.code, about in refused.what) == ("open_items", True)
    assert world.when(ConfirmLock(), by=STATISTICIAN)


def test_a_signature_that_is_missing_may_be_accepted_as_open_with_a_reason(world: World) -> None:
    world.signs_itself = False
    grading = graded(world)
    deviation = streams.name_of(grading.frame.stream)
    world.when(CloseDeviation(action="The store room was cooled.", deviation=deviation), by=SPONSOR)
    world.whole = view(world)
    (item,) = view(world).open_items
    accepted = AcceptedPart(about=item.about, kind=item.kind, reason="The grader has left the sponsor for good.")

    assert world.refuses(RequestLock(), by=DATA_MANAGER).code == "open_items"
    assert world.when(RequestLock(accepted=(accepted,)), by=DATA_MANAGER)
