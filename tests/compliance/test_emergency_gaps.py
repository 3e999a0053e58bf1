"""Both sides of the reconciliation: records of the key store without an entry, entries without a record."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from msgspec.structs import replace

from compliance.emergency_gaps import gaps
from compliance.emergency_record import EmergencyRecord, Noted
from domain.record import Entry, Fact
from domain.unblinding.facts import DisclosureEnteredLate, UnblindingDrillRun, UnblindingWithdrawn
from tests.domain.harness import World

AT = datetime(2027, 3, 1, 3, 0, tzinfo=UTC)
WORLD = World()


def noted(number: int, **changed: Any) -> Noted:
    record = EmergencyRecord(
        allocation=UUID(int=1),
        cause="storage_full",
        channel="investigator",
        command_id=UUID(int=number),
        digest="0" * 64,
        disclosed_at=AT,
        drill=False,
        flags=(),
        grant="g1",
        key="0" * 32,
        occurred="2027-03-01T11:00:00+08:00[Asia/Shanghai]",
        originator="tests",
        participant="001",
        person="inv",
        reason_code="suspected_reaction",
        recipient="inv",
        repeated=False,
        request="e1",
        role="investigator",
        session="none",
        strength="emergency",
        system_position=7,
        trial="T1",
        trial_position=9,
    )
    return Noted(chain=f"{number:064x}", number=number, record=replace(record, **changed))


def entry(fact: Fact) -> Entry:
    return WORLD.happened("trial:T1/unblinding/e1", fact)


def late(number: int, **changed: Any) -> Entry:
    fields = {"cause": "storage_full", "chain": f"{number:064x}", "disclosed_at": AT, "number": number} | changed
    return entry(DisclosureEnteredLate(**cast("Any", fields)))


def drill(receipt: UUID, *, through_fallback: bool = True) -> Entry:
    fact = UnblindingDrillRun(
        channel="investigator",
        milliseconds=5,
        opened=True,
        receipt=receipt,
        site="01",
        through_fallback=through_fallback,
    )
    return WORLD.happened(f"trial:T1/unblinding-drill/{receipt}", fact)


def found(notes: list[Noted], entries: list[Entry]) -> list[tuple[str, int]]:
    return [(gap.gap, gap.number) for gap in gaps(notes, entries, trial="T1")]


def test_each_record_with_its_entry_leaves_nothing_open() -> None:
    entries = [late(1), late(2), entry(UnblindingWithdrawn())]

    assert found([noted(1), noted(2)], entries) == []


def test_a_record_that_was_not_entered_is_listed_with_its_participant() -> None:
    (gap,) = gaps([noted(1)], [], trial="T1")

    assert (gap.gap, gap.participant, gap.at, gap.position) == ("not_entered", "001", AT, None)


def test_an_entry_without_a_record_is_listed_with_its_position() -> None:
    one = late(4)

    (gap,) = gaps([], [one], trial="T1")

    assert (gap.gap, gap.number, gap.position) == ("no_record", 4, one.frame.position)


def test_a_record_that_was_changed_afterwards_differs() -> None:
    changed = [late(1, chain="f" * 64), late(2, disclosed_at=AT.replace(hour=4))]

    assert found([noted(1), noted(2)], changed) == [("differs", 1), ("differs", 2)]


def test_drills_are_no_disclosures_and_have_their_own_entries() -> None:
    drills = [noted(number, drill=True, cause="drill") for number in (1, 2)]
    entries = [drill(UUID(int=1)), drill(UUID(int=2), through_fallback=False)]

    assert found(drills, entries) == [("drill_not_recorded", 2)]


def test_records_of_other_trials_are_not_looked_at() -> None:
    assert found([noted(1, trial="T2")], []) == []
