"""The fallback and the late entry where single parts fail: what stops them, and what does not."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.emergency import late_entries, recorded_breaks
from compliance.emergency import FallbackWay, Shown, shown_whatever
from compliance.emergency_record import Cause
from compliance.late_entries import LateEntries
from domain.errors import (
    ConflictError,
    DamagedLedgerError,
    InDoubtError,
    InvalidInputError,
    Refusal,
    StorageFullError,
    StorageUnavailableError,
    TrialproofError,
)
from domain.ports import Receipt
from domain.record import Entry
from domain.unblinding.facts import DisclosureEnteredLate
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

BREAK: dict[str, Any] = {"channel": "investigator", "reason": {"code": "suspected_reaction"}}


class Ledger:
    """The ledger, with faults put before it."""

    def __init__(self, real: Any, *, damaged: str = "", append: TrialproofError | None = None, times: int = 0) -> None:
        self._real, self._damaged, self._error, self._times = real, damaged, append, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def stream(self, stream: str, *, after: int = 0) -> Sequence[Entry]:
        if self._damaged and stream.startswith(self._damaged):
            raise DamagedLedgerError("A row was altered.", next_step="Verify it.")
        found: Sequence[Entry] = self._real.stream(stream, after=after)
        return found

    def append(self, *given: Any, **more: Any) -> Receipt:
        if self._error is not None and self._times:
            self._times -= 1
            raise self._error
        done: Receipt = self._real.append(*given, **more)
        return done


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        opened.send("coo01", "allocate", {"participant": enrolled(opened)})
        yield opened


def fallback(desk: Desk, person: str = "inv01", **faults: Any) -> Shown:
    ports = replace(desk.store.ports, ledger=Ledger(desk.store.ledger, **faults))
    breaks = recorded_breaks(desk.store)
    envelope = desk.envelope("break_blind", {"participant": "001", **BREAK})
    return FallbackWay(ports, breaks, breaks.opens)(envelope, desk.identity(person), "T1", "storage_full")


def late(desk: Desk, **faults: Any) -> LateEntries:
    ports = replace(desk.store.ports, ledger=Ledger(desk.store.ledger, **faults))
    return LateEntries(ports, recorded_breaks(desk.store))


def test_an_ordinary_session_opens_it_as_well(desk: Desk) -> None:
    shown = fallback(desk)

    assert shown.noted is not None
    assert (shown.noted.record.strength, shown.noted.record.flags) == ("password_totp", ())
    assert shown.label in {"first of two", "the other one"}


def test_who_may_not_break_the_code_is_refused_as_ever(desk: Desk) -> None:
    with pytest.raises(Refusal):
        fallback(desk, "coo01")

    assert recorded_breaks(desk.store).records() == []


def test_a_vault_that_cannot_be_read_stops_nobody_since_the_envelope_tells_the_arm(desk: Desk) -> None:
    plain, blind = fallback(desk), fallback(desk, damaged="vault:")

    assert (blind.arm, blind.label) == (plain.arm, "unknown")


def test_a_trial_ledger_that_cannot_be_read_leaves_the_desk(desk: Desk) -> None:
    with pytest.raises(DamagedLedgerError):
        fallback(desk, damaged="trial:T1/participant")

    assert recorded_breaks(desk.store).records() == []


def test_nothing_but_a_code_break_goes_this_way(desk: Desk) -> None:
    breaks = recorded_breaks(desk.store)
    envelope = desk.envelope("run_unblinding_drill", {**DRILL})

    with pytest.raises(InvalidInputError, match="no emergency code-break"):
        FallbackWay(desk.store.ports, breaks, breaks.opens)(envelope, desk.identity("inv01"), "T1", "storage_full")


DRILL: dict[str, Any] = {
    "channel": "investigator",
    "milliseconds": 1,
    "opened": True,
    "receipt": "00000000-0000-4000-8000-000000000001",
    "through_fallback": False,
}


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (StorageFullError, "storage_full"),
        (StorageUnavailableError, "storage_unavailable"),
        (InDoubtError, "in_doubt"),
        (ConflictError, "conflict"),
        (DamagedLedgerError, "damaged"),
    ],
)
def test_whatever_keeps_the_ledger_from_recording_leads_to_the_fallback(
    error: type[TrialproofError], cause: Cause
) -> None:
    shown = Shown("001", "inv", "x1", "an arm", "e1", None, None)  # type: ignore[arg-type]  # no time is looked at
    causes: list[Cause] = []

    def ordinary() -> Shown:
        raise error("It failed.", next_step="Look after it.")

    def recorded(why: Cause) -> Shown:
        causes.append(why)
        return shown

    assert shown_whatever(ordinary, recorded) is shown
    assert causes == [cause]


def test_a_late_entry_that_was_overtaken_is_tried_again(desk: Desk) -> None:
    fallback(desk)
    overtaken = ConflictError("Others came first.", next_step="Again.")

    (entered,) = late(desk, append=overtaken, times=3).catch_up()

    assert entered.state == "entered"


def test_one_that_is_overtaken_for_ever_says_so(desk: Desk) -> None:
    fallback(desk)

    with pytest.raises(ConflictError, match="again and again"):
        late(desk, append=ConflictError("Others.", next_step="Again."), times=99).catch_up()


def test_a_record_whose_list_cannot_be_read_is_told_and_keeps_no_other_waiting(desk: Desk) -> None:
    fallback(desk)
    damage = DamagedLedgerError("A row was altered.", next_step="Verify it.")
    fallback(desk)

    first, second = late(desk, append=damage, times=1).catch_up()

    assert (first.state, first.why, second.state) == ("failed", "damaged_ledger", "entered")
    assert [one.state for one in late_entries(desk.store).catch_up()] == ["entered", "there"]


def test_a_ledger_that_still_cannot_write_is_told_by_its_own_error(desk: Desk) -> None:
    fallback(desk)

    with pytest.raises(StorageFullError):
        late(desk, append=StorageFullError("Full.", next_step="Make room."), times=1).catch_up()

    page = desk.store.ledger.page("trial:T1", limit=9999)
    assert not any(isinstance(entry.fact, DisclosureEnteredLate) for entry in page)
