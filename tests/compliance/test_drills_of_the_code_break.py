"""Drills over a real store: both ways, timed, logged, recorded as drills; who may not break the code may not drill."""

from collections.abc import Generator
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from adapters.emergency import drills, emergency_log, recorded_breaks
from adapters.keys.recorded import DrillEnvelopes
from compliance.drills import Drilled, Drills
from compliance.emergency_gaps import gaps
from compliance.inquire import Inquire
from domain import streams
from domain.errors import Refusal, StorageUnavailableError
from domain.fields import SealedArmEnvelope
from domain.unblinding.drill import last_drills
from domain.unblinding.facts import EmergencyUnblindingInvoked, UnblindingDrillRun
from tests.compliance.running_trial import open_trial
from tests.compliance.stores import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        yield opened


def tried(desk: Desk, person: str = "inv01", *, through_fallback: bool) -> Drilled:
    identity = desk.identity(person)
    return drills(desk.store).try_out(identity, "T1", "investigator", through_fallback=through_fallback)


def recorded(desk: Desk, found: Drilled) -> None:
    payload = {**found._asdict(), "receipt": str(found.receipt), "channel": "investigator", "site": "01"}
    desk.send("inv01", "run_unblinding_drill", payload)


@pytest.mark.parametrize("through_fallback", [False, True])
def test_the_envelope_of_the_drill_opens_and_the_result_is_recorded(desk: Desk, *, through_fallback: bool) -> None:
    found = tried(desk, through_fallback=through_fallback)
    recorded(desk, found)

    page = desk.store.ledger.page(streams.trial_ledger("T1"), limit=9999)
    (fact,) = [entry.fact for entry in page if isinstance(entry.fact, UnblindingDrillRun)]
    assert (fact.opened, fact.through_fallback, fact.receipt) == (True, through_fallback, found.receipt)
    assert fact.milliseconds == found.milliseconds
    assert last_drills(page) == {"01": page[-1].frame.recorded_at}
    assert not [entry for entry in page if isinstance(entry.fact, EmergencyUnblindingInvoked)]


def test_the_ordinary_way_is_in_the_log_of_keys_and_the_other_in_the_emergency_log(desk: Desk) -> None:
    ordinary, fallback = tried(desk, through_fallback=False), tried(desk, through_fallback=True)

    (row,) = desk.store.keys.log()
    (noted,) = recorded_breaks(desk.store).records()
    assert row.authorised_by == ordinary.receipt
    assert (noted.record.drill, noted.record.command_id) == (True, fallback.receipt)
    assert noted.record.participant == "000"


def test_a_drill_through_the_fallback_reconciles_once_it_is_recorded(desk: Desk) -> None:
    found = tried(desk, through_fallback=True)
    records = recorded_breaks(desk.store).records()
    trial = streams.trial_ledger("T1")

    before = gaps(records, desk.store.ledger.page(trial, limit=9999), trial="T1")
    recorded(desk, found)
    after = gaps(records, desk.store.ledger.page(trial, limit=9999), trial="T1")

    assert [gap.gap for gap in before] == ["drill_not_recorded"]
    assert after == ()


@pytest.mark.parametrize("through_fallback", [False, True])
def test_who_may_not_break_the_code_may_not_drill(desk: Desk, *, through_fallback: bool) -> None:
    with pytest.raises(Refusal):
        tried(desk, "med", through_fallback=through_fallback)

    assert recorded_breaks(desk.store).records() == []


class Failing(DrillEnvelopes):
    def opens(self, envelope: SealedArmEnvelope, trial: str, receipt: UUID) -> bool:
        del envelope, trial, receipt
        raise StorageUnavailableError("The key store is away.", next_step="Look after it.")


def test_a_drill_that_fails_is_a_result_and_no_error(desk: Desk) -> None:
    ticks = count(step=25)
    keys = Failing(desk.store.keys, desk.store.sources.randomness)
    trying = Drills(Inquire(desk.store.ports), recorded_breaks(desk.store), keys, lambda: next(ticks))

    found = trying.try_out(desk.identity("inv01"), "T1", "investigator", through_fallback=False)

    assert (found.opened, found.milliseconds) == (False, 25)


def test_a_drill_s_key_opens_nobody_s_arm(desk: Desk) -> None:
    keys = DrillEnvelopes(desk.store.keys, desk.store.sources.randomness)
    envelope = keys.sealed("T1", UUID(int=1))

    assert keys.opens(envelope, "T1", UUID(int=1))
    assert emergency_log(desk.store).rows() == ()
