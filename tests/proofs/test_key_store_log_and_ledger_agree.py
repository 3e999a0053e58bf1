"""Each row of the key store's log has one authorising entry, and each entry its rows; what stands alone is named."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from compliance.proofs.unwraps import Reconciled, reconcile
from domain import streams
from domain.access.facts import RecordRead
from domain.escrow.facts import CustodyChecked, EmergencyAct, EscrowOpened, KeyAct, ParticipantKeyDestroyed
from domain.record import Entry
from domain.release.facts import InterimApproved, InterimDelivered, PackageDelivered, RandomisationRevealed
from domain.unblinding.facts import DisclosureEnteredLate, DisclosureRepeated, UnblindingDrillRun
from tests.projections import facts as told
from tests.projections.entries import START, TRIAL, Book, event

LATER = START + timedelta(days=1)
NOBODYS = UUID(int=424242)
SHA = "ab" * 32


class Story:
    """Two participants with allocations, and what happened to their keys."""

    def __init__(self) -> None:
        self.trial, self.access = Book(), Book()
        self.acts: list[KeyAct] = []
        self.emergencies: list[EmergencyAct] = []
        for number in ("007", "008"):
            allocated = told.allocated(number=f"R{number}")
            envelope = replace(allocated.envelope, key=key(number))
            self.trial.write(told.person(number), replace(allocated, envelope=envelope))

    def disclosed(self, number: str = "007", request: str = "U1") -> Entry:
        self.trial.write(told.request(request), told.invoked(participant=number, request=request))
        return self.trial.write(told.request(request), told.disclosed())

    def row(self, by: UUID, number: str = "007", **changes: Any) -> KeyAct:
        given: dict[str, Any] = {
            "act": "unwrap",
            "at": LATER,
            "authorised_by": by,
            "chain": SHA,
            "found_in": "trial",
            "key": key(number).hex(),
            "number": len(self.acts) + 1,
        }
        self.acts.append(KeyAct(**given | changes))
        return self.acts[-1]

    def emergency(self, number: int = 1, *, drill: bool = False, chain: str = SHA, command: UUID = NOBODYS) -> None:
        self.emergencies.append(EmergencyAct(at=LATER, chain=chain, command_id=command, drill=drill, number=number))

    def found(self) -> Reconciled:
        half = len(self.acts) // 2
        looks = [checked(self.acts[:half], self.emergencies), checked(self.acts[half:], [])]
        return reconcile(looks, self.trial.entries, self.access.entries)

    def row_states(self) -> list[str]:
        return [one.state for one in self.found().rows]

    def entry_states(self) -> list[str]:
        return [one.state for one in self.found().entries]


def key(number: str) -> bytes:
    return number.encode().rjust(16, b"k")


def checked(acts: list[KeyAct], emergencies: list[EmergencyAct]) -> CustodyChecked:
    return CustodyChecked(
        acts=tuple(acts),
        chain_holds=True,
        emergencies=tuple(emergencies),
        log_chain=SHA,
        log_number=len(acts),
        part=1,
        parts=2,
        trial=TRIAL,
        wraps=(),
    )


def late(number: int = 1, chain: str = SHA) -> DisclosureEnteredLate:
    return DisclosureEnteredLate(cause="storage_full", chain=chain, disclosed_at=START, number=number)


def drill(*, opened: bool = True, through_fallback: bool = False) -> UnblindingDrillRun:
    return UnblindingDrillRun(
        channel="investigator",
        milliseconds=12,
        opened=opened,
        receipt=UUID(int=77),
        site="01",
        through_fallback=through_fallback,
    )


@pytest.mark.requirement("E6-06")
def test_i18_each_unwrap_has_its_entry_and_each_entry_its_unwrap() -> None:
    story = Story()
    first, second = story.disclosed(), story.disclosed("008", "U2")
    story.row(first.body.event_id)
    story.row(second.body.event_id, "008")

    found = story.found()

    assert [one.entry for one in found.rows] == [first, second]
    assert [(one.entry, one.rows) for one in found.entries] == [(first, 1), (second, 1)]
    assert found.gaps == 0


def test_a_disclosure_that_its_recipient_has_not_looked_at_waits_and_is_no_gap() -> None:
    story = Story()
    story.disclosed()

    assert story.entry_states() == ["not_opened_yet"]
    assert story.found().gaps == 0


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"by": NOBODYS, "found_in": None}, "no_entry"),
        ({"by": event(1)}, "other_kind"),
        ({"act": "destroy"}, "other_kind"),
        ({"act": "escrow"}, "other_kind"),
        ({"key": key("008").hex()}, "other_key"),
        ({"key": "ff" * 16}, "other_key"),
        ({"at": START}, "before_its_entry"),
    ],
)
def test_i18_a_row_that_no_entry_authorises_is_a_gap(changes: dict[str, Any], state: str) -> None:
    story = Story()
    entry = story.disclosed()
    given: dict[str, Any] = {"by": entry.body.event_id} | changes
    story.row(**given)

    (row,) = story.found().rows

    assert (row.state, row.is_gap) == (state, True)


def test_the_same_row_twice_is_a_gap_on_both_sides() -> None:
    story = Story()
    entry = story.disclosed()
    for _ in range(2):
        story.row(entry.body.event_id)

    assert story.row_states() == ["authorised", "again"]
    assert story.entry_states() == ["differs"]


def test_an_entry_in_a_ledger_that_this_reader_does_not_have_is_no_gap() -> None:
    story = Story()
    story.row(NOBODYS, found_in="access")

    (row,) = story.found().rows

    assert (row.state, row.is_gap) == ("elsewhere", False)


@pytest.mark.parametrize(("what", "state"), [("release-package", "authorised"), ("disclosure", "other_kind")])
def test_a_look_at_a_package_authorises_and_other_looks_do_not(what: str, state: str) -> None:
    story = Story()
    fact = RecordRead(scope="planned reveal", what=what)
    story.trial.clock -= timedelta(days=1)
    story.access.write(streams.reading(TRIAL, "r"), fact)
    story.access.entries[0] = replace(
        story.access.entries[0], body=replace(story.access.entries[0].body, event_id=NOBODYS)
    )
    story.row(NOBODYS, found_in="access")

    assert story.row_states() == [state]


def test_a_drills_row_quotes_its_receipt_and_comes_before_its_entry() -> None:
    story = Story()
    story.row(UUID(int=77), key="dd" * 16, at=START)
    story.trial.write(streams.drill(TRIAL, "d"), drill())

    assert story.row_states() == ["authorised"]
    assert story.entry_states() == ["opened"]


def test_a_drill_that_opened_something_has_a_row_and_one_that_did_not_needs_none() -> None:
    story = Story()
    story.trial.write(streams.drill(TRIAL, "d"), drill(opened=False))
    story.trial.write(streams.drill(TRIAL, "e"), drill(through_fallback=True))
    assert story.entry_states() == []

    story.trial.write(streams.drill(TRIAL, "f"), drill())
    assert story.entry_states() == ["missing"]


@pytest.mark.parametrize(("rows", "state"), [(1, "missing"), (2, "opened"), (3, "differs")])
def test_an_opening_of_the_escrow_has_as_many_rows_as_it_says(rows: int, state: str) -> None:
    story = Story()
    opened = story.trial.write(streams.escrow(TRIAL), EscrowOpened(authorised_by=None, keys=2, officers=("a", "b")))
    for number in range(rows):
        story.row(opened.body.event_id, str(number), act="escrow")

    assert story.entry_states() == [state]
    assert set(story.row_states()) == {"authorised"}


def test_an_opening_for_a_reveal_has_the_rows_that_quote_the_reveal() -> None:
    story = Story()
    revealed = story.trial.write(
        streams.reveal(TRIAL),
        RandomisationRevealed(lock=NOBODYS, plan=NOBODYS, recipients=("u7",), request=NOBODYS),
    )
    story.trial.write(
        streams.escrow(TRIAL), EscrowOpened(authorised_by=revealed.body.event_id, keys=2, officers=("a", "b"))
    )
    for number in ("007", "008"):
        story.row(revealed.body.event_id, number, act="escrow")

    assert story.entry_states() == ["opened"]
    assert story.row_states() == ["authorised"] * 2


@pytest.mark.parametrize(("numbers", "state"), [(("007", "008"), "opened"), (("007",), "missing")])
def test_a_package_has_a_row_for_each_allocation(numbers: tuple[str, ...], state: str) -> None:
    story = Story()
    revealed = story.trial.write(
        streams.reveal(TRIAL),
        RandomisationRevealed(lock=NOBODYS, plan=NOBODYS, recipients=("u7",), request=NOBODYS),
    )
    for number in numbers:
        story.row(revealed.body.event_id, number)
    story.trial.write(
        streams.reveal(TRIAL),
        PackageDelivered(
            allocations=2, commitment=SHA, recipient="u7", reveal=revealed.body.event_id, vault_entry=NOBODYS
        ),
    )

    assert story.entry_states() == [state]
    assert set(story.row_states()) == {"authorised"}


def test_an_interim_package_has_the_rows_that_quote_its_approval() -> None:
    story = Story()
    approvals = [story.trial.write(streams.reveal(TRIAL), InterimApproved(request=UUID(int=n))) for n in (5, 6)]
    for number in ("007", "008"):
        story.row(approvals[0].body.event_id, number)
    for request in (5, 6):
        story.trial.write(
            streams.reveal(TRIAL),
            InterimDelivered(
                allocations=2, commitment=SHA, recipient="u8", request=UUID(int=request), vault_entry=NOBODYS
            ),
        )

    assert story.entry_states() == ["opened", "missing"]


def test_an_order_to_destroy_a_key_is_carried_out_or_missing() -> None:
    story = Story()
    order = story.trial.write(streams.key_destruction(TRIAL, "007"), ParticipantKeyDestroyed(participant="007"))
    assert story.entry_states() == ["missing"]

    story.row(order.body.event_id, act="destroy", key="")

    assert story.entry_states() == ["opened"]
    assert story.row_states() == ["authorised"]


def test_a_code_break_entered_late_has_its_row_in_the_emergency_log() -> None:
    story = Story()
    story.disclosed()
    story.trial.write(told.request("U1"), late())
    story.emergency()

    found = story.found()

    assert [one.state for one in found.entries] == ["by_emergency_log", "by_emergency_log"]
    assert [one.state for one in found.emergencies] == ["entered"]
    assert found.gaps == 0


@pytest.mark.parametrize(
    ("chain", "states"), [("cd" * 32, ("differs", "differs")), (SHA, ("by_emergency_log", "entered"))]
)
def test_a_late_entry_names_the_chain_of_its_row(chain: str, states: tuple[str, str]) -> None:
    story = Story()
    story.trial.write(told.request("U1"), late(chain=chain))
    story.emergency()

    found = story.found()

    assert (found.entries[0].state, found.emergencies[0].state) == states


def test_a_code_break_that_was_never_entered_and_an_entry_without_a_row_are_gaps() -> None:
    story = Story()
    story.trial.write(told.request("U1"), late(number=1))
    story.emergency(number=2)

    found = story.found()

    assert [one.state for one in found.entries] == ["missing"]
    assert [(one.state, one.is_gap) for one in found.emergencies] == [("not_entered", True)]
    assert found.gaps == 2


@pytest.mark.parametrize(("command", "state"), [(UUID(int=77), "entered"), (NOBODYS, "not_entered")])
def test_a_drill_through_the_emergency_log_is_found_by_its_receipt(command: UUID, state: str) -> None:
    story = Story()
    story.trial.write(streams.drill(TRIAL, "d"), drill(through_fallback=True))
    story.emergency(drill=True, command=command)

    assert [one.state for one in story.found().emergencies] == [state]


def test_a_repeated_call_asks_for_nothing_more() -> None:
    story = Story()
    entry = story.disclosed()
    story.trial.write(told.request("U1"), DisclosureRepeated(recipient="u9"))
    story.row(entry.body.event_id)

    assert story.entry_states() == ["opened"]
    assert story.found().gaps == 0
