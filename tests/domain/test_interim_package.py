"""The closed package of an interim analysis: asked for by one, approved by two others, to one statistician."""

from datetime import timedelta

import pytest

from domain import streams
from domain.people.facts import GrantEnded
from domain.release.facts import InterimApproved, InterimDelivered, ReleaseRecorded
from domain.release.interim import ApproveInterim
from domain.release.state import Interim
from tests.domain.harness import ADMINISTRATOR, MEDICAL_MONITOR, OFFICER, SPONSOR, STATISTICIAN, World, one, persona
from tests.domain.release_story import (
    COMMITTEE,
    asking_interim,
    delivering_interim,
    interim_approved,
    interim_asked,
    ready,
    with_role,
)
from tests.domain.signing_story import sign_late, unsigned

APPROVING = ApproveInterim(analysis="IA1")


@pytest.fixture
def world() -> World:
    return ready()


def interim(world: World) -> Interim:
    return world.get(Interim, streams.interim(world.trial, "IA1"))


def test_it_is_delivered_to_the_committees_statistician_and_recorded_with_its_digest_in_the_vault(
    world: World,
) -> None:
    interim_approved(world)

    entries = world.when(delivering_interim(), by=OFFICER)

    told, held = one(entries, InterimDelivered), one(entries, ReleaseRecorded)
    request = interim(world).request
    assert request is not None
    assert (told.recipient, told.request, told.allocations) == (COMMITTEE.person, request.event, 1)
    assert (held.kind, held.analysis, held.recipient, held.up_to) == ("interim", "IA1", COMMITTEE.person, 40)
    assert told.commitment != held.digest


def test_nobody_but_a_committee_statistician_of_the_trial_is_named(world: World) -> None:
    with_role(world, SPONSOR)
    elsewhere = persona("committee-02", "committee_statistician", "Committee")
    with_role(world, elsewhere, trial="T2")

    for person in (SPONSOR.person, elsewhere.person, "nobody"):
        refused = world.refuses(asking_interim(world, recipient=person), by=STATISTICIAN)
        assert (refused.code, refused.rule) == ("not_the_committee_statistician", "interim-to-the-committee-alone")


def test_who_is_the_committees_statistician_no_more_receives_nothing(world: World) -> None:
    interim_approved(world)
    ended = GrantEnded(grant=f"g-{COMMITTEE.person}", person=COMMITTEE.person)
    world.happened(streams.person(COMMITTEE.person), ended, by=ADMINISTRATOR)
    world.later(minutes=1)

    assert world.refuses(delivering_interim(), by=OFFICER).code == "not_the_committee_statistician"


def test_two_distinct_persons_approve_and_neither_asked(world: World) -> None:
    interim_asked(world)

    assert world.refuses(APPROVING, by=STATISTICIAN).code == "same_person"
    world.when(APPROVING, by=SPONSOR)
    assert world.refuses(APPROVING, by=SPONSOR).code == "same_person"
    assert world.refuses(delivering_interim(), by=OFFICER).code == "interim_not_approved"
    approval = one(world.when(APPROVING, by=MEDICAL_MONITOR), InterimApproved)
    request = interim(world).request
    assert request is not None
    assert approval.request == request.event


def test_approvals_count_once_they_are_signed(world: World) -> None:
    interim_asked(world)
    world.when(APPROVING, by=SPONSOR)
    unsigned(world, APPROVING, by=MEDICAL_MONITOR)

    refused = world.refuses(delivering_interim(), by=OFFICER)
    sign_late(world, "interim/IA1")

    assert refused.code == "approval_not_signed"
    assert MEDICAL_MONITOR.person in refused.what
    assert world.when(delivering_interim(), by=OFFICER)


def test_what_was_not_handed_over_in_time_is_asked_for_and_approved_again(world: World) -> None:
    interim_approved(world)
    world.later(days=8)

    assert world.refuses(delivering_interim(), by=OFFICER).code == "interim_expired"
    assert world.refuses(APPROVING, by=SPONSOR).code == "interim_expired"
    interim_asked(world)
    assert world.refuses(delivering_interim(), by=OFFICER).code == "interim_not_approved"


def test_one_request_runs_at_a_time_and_what_was_handed_over_is_not_asked_for_again(world: World) -> None:
    interim_asked(world)
    running = world.refuses(asking_interim(world), by=SPONSOR)
    for approver in (MEDICAL_MONITOR, SPONSOR):
        world.when(APPROVING, by=approver)
    world.when(delivering_interim(), by=OFFICER)
    world.later(days=8)

    assert running.code == "interim_exists"
    assert world.refuses(asking_interim(world), by=STATISTICIAN).code == "interim_exists"


def test_it_must_be_asked_for_with_a_time_to_come_and_made_at_the_cut_off_that_was_approved(world: World) -> None:
    assert world.refuses(APPROVING, by=SPONSOR).code == "no_such_interim"
    assert world.refuses(asking_interim(world, expires=world.now), by=STATISTICIAN).code == "already_expired"
    assert world.refuses(delivering_interim(), by=OFFICER).code == "no_such_interim"
    interim_approved(world, expires=world.now + timedelta(days=1))
    assert world.refuses(delivering_interim(up_to=41), by=OFFICER).code == "other_cut_off"
