"""Invariants of randomisation and blinding over a real store: who may hold what, what comes before a key, who reads it.

The numbers are those of the randomisation reference; `test_every_invariant_is_named.py` sees that none is missing.
"""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from compliance.inquire import Inquire
from compliance.randomiser import RandV1
from domain import streams
from domain.allocation.facts import ListSealed, SlotDrawn
from domain.errors import NotFoundError, Refusal
from domain.participant.facts import Allocated
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

REASON: Final = {"code": "safety_report", "text": "The case has to be reported with what was given."}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        opened.hire("safe", "safety_physician")
        opened.hire("unbl", "safety_unblinder")
        yield opened


def allocated(desk: Desk) -> str:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    return number


def asked(desk: Desk, number: str, *, lasts: timedelta = timedelta(days=3)) -> str:
    wish: dict[str, Any] = {
        "participant": number,
        "purpose": "safety",
        "recipients": ["unbl"],
        "expires": (desk.clock.shows + lasts).isoformat(),
        "reason": REASON,
    }
    done = desk.send("safe", "request_unblinding", wish)
    assert done.receipt is not None
    return streams.name_of(done.receipt.placed[0].stream)


def disclose(desk: Desk, request: str) -> None:
    desk.send("unbl", "disclose_arm", {"request": request, "recipient": "unbl"})


def refused(desk: Desk, person: str, command: str, payload: dict[str, Any], *, trial: str | None = "T1") -> str:
    with pytest.raises(Refusal) as caught:
        desk.send(person, command, payload, trial=trial)
    return caught.value.code


def drawn(desk: Desk) -> list[SlotDrawn]:
    return [entry.fact for entry in desk.store.ledger.page("vault:T1", limit=1000) if isinstance(entry.fact, SlotDrawn)]


@pytest.mark.requirement("P11-11")
def test_i1_nobody_is_allocated_twice_and_slots_are_used_in_order_once_each(desk: Desk) -> None:
    numbers = [allocated(desk) for _ in range(4)]

    again = {refused(desk, "coo01", "allocate", {"participant": number}) for number in numbers}

    assert again == {"already_allocated"}
    assert [(slot.index, slot.participant) for slot in drawn(desk)] == list(enumerate(numbers, 1))
    entries = desk.store.ledger.page("trial:T1", limit=10_000)
    assert [e.fact.randomisation_number for e in entries if isinstance(e.fact, Allocated)] == [
        slot.randomisation_number for slot in drawn(desk)
    ]


@pytest.mark.requirement("E6-08")
def test_i14_no_person_holds_a_blinded_and_an_unblinded_clearance_in_one_trial_also_over_time(desk: Desk) -> None:
    role = {"person": "stat", "role": "unblinding_officer", "trial": "T1", "requested_by": "verifier", "training": "t1"}

    now = refused(desk, "admin", "grant_role", role, trial=None)
    back = refused(desk, "admin", "grant_role", role | {"person": "maker", "role": "statistician"}, trial=None)

    assert {now, back} == {"mixed_blinding"}


@pytest.mark.requirement("E6-08")
def test_i14_to_have_learned_one_arm_ends_no_role(desk: Desk) -> None:
    number = allocated(desk)
    desk.send("inv01", "break_blind", {"participant": number, "channel": "investigator", "reason": {"code": "x"}})

    desk.send("inv01", "record_visit", {"participant": number, "visit": "V1"})
    case = desk.send("inv01", "report_adverse_event", {"participant": number, "term": "Fever", "reporter": "Ward"})

    assert case.receipt is not None


@pytest.mark.requirement("E6-08", "P11-11")
def test_i15_no_key_leaves_the_store_without_two_approvals_by_others_in_time_and_not_taken_back(desk: Desk) -> None:
    number = allocated(desk)
    unapproved, once, rejected, withdrawn, late = (asked(desk, number) for _ in range(5))
    own = refused(desk, "safe", "approve_unblinding", {"request": once})
    desk.send("med", "approve_unblinding", {"request": once})
    twice = refused(desk, "med", "approve_unblinding", {"request": once})
    desk.send("med", "reject_unblinding", {"request": rejected, "reason": REASON})
    desk.send("safe", "withdraw_unblinding", {"request": withdrawn})
    for person in ("med", "lead"):
        desk.send(person, "approve_unblinding", {"request": late})
    desk.clock.shows += timedelta(days=4)

    answers = [
        refused(desk, "unbl", "disclose_arm", {"request": request, "recipient": "unbl"})
        for request in (unapproved, once, rejected, withdrawn, late)
    ]

    assert own in {"not_allowed", "same_person"}
    assert twice == "same_person"
    assert answers == [
        "unblinding_expired",
        "unblinding_expired",
        "unblinding_rejected",
        "unblinding_withdrawn",
        "unblinding_expired",
    ]
    assert desk.store.keys.log() == []


@pytest.mark.requirement("E6-08")
def test_i15_one_approval_is_not_enough_while_the_request_runs(desk: Desk) -> None:
    request = asked(desk, allocated(desk))
    desk.send("med", "approve_unblinding", {"request": request})

    answer = refused(desk, "unbl", "disclose_arm", {"request": request, "recipient": "unbl"})

    assert answer == "unblinding_requested"
    assert desk.store.keys.log() == []


@pytest.mark.requirement("E6-08", "E6-18")
def test_i18_i19_an_arm_is_read_through_the_key_store_alone_by_its_named_recipient_once_for_each_authority(
    desk: Desk,
) -> None:
    number = allocated(desk)
    request = asked(desk, number)
    for person in ("med", "lead"):
        desk.send(person, "approve_unblinding", {"request": request})
    disclose(desk, request)
    inquire = Inquire(desk.store.ports)

    for person in ("safe", "inv01"):
        with pytest.raises(NotFoundError):
            inquire.disclosure(desk.identity(person), "T1", request)
    before = len(desk.store.keys.log())
    told = {inquire.disclosure(desk.identity("unbl"), "T1", request).arm for _ in range(3)}

    (slot,) = drawn(desk)
    assert told == {slot.arm}
    assert before == 0, "who is not named takes no key out"
    (row,) = desk.store.keys.log()
    told_of = desk.store.ledger.stream(streams.unblinding("T1", request))
    assert row.authorised_by in {entry.body.event_id for entry in told_of}


@pytest.mark.requirement("E6-08")
def test_i24_who_comes_to_an_exhausted_list_is_refused_in_neutral_words_and_nothing_is_half_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [enrolled(desk) for _ in range(3)]
    whole = RandV1.slots

    def two_slots(own: RandV1, sealed: ListSealed, trial: str) -> tuple[str, ...]:
        return whole(own, sealed, trial)[:2]

    monkeypatch.setattr(RandV1, "slots", two_slots)
    for number in numbers[:2]:
        desk.send("coo01", "allocate", {"participant": number})
    before = {name: desk.store.ledger.head(name).size for name in ("trial:T1", "vault:T1")}

    with pytest.raises(Refusal) as caught:
        desk.send("coo01", "allocate", {"participant": numbers[2]})

    assert str(caught.value) == "No allocation is possible now. Call the randomisation statistician."
    assert {name: desk.store.ledger.head(name).size for name in before} == before
