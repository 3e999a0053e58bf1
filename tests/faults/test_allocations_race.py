"""Many allocate at once from one list: every slot once, in order, none lost (invariant I22; ICH E9 2.3.2)."""

import json
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compliance.conduct import Conduct
from domain.allocation.facts import SlotDrawn
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

pytestmark = pytest.mark.faults
PARTICIPANTS = 60
CHILD = Path(__file__).with_name("allocating_child.py")


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=PARTICIPANTS)
        yield opened


def drawn(desk: Desk) -> list[SlotDrawn]:
    return [entry.fact for entry in desk.store.ledger.page("vault:T1", limit=1000) if isinstance(entry.fact, SlotDrawn)]


def assert_every_slot_once(desk: Desk, numbers: list[str]) -> None:
    slots = drawn(desk)
    assert [slot.index for slot in slots] == list(range(1, PARTICIPANTS + 1))
    assert sorted(slot.participant for slot in slots) == sorted(numbers)
    assert len({slot.randomisation_number for slot in slots}) == PARTICIPANTS
    for slot in slots:
        stream = desk.store.ledger.stream(f"trial:T1/participant/{slot.participant}")
        assert [e.body.event_id for e in stream if e.frame.type == "participant.allocated.v1"] == [slot.allocation]


def test_sixteen_threads_draw_sixty_slots_each_once(desk: Desk) -> None:
    numbers = [enrolled(desk) for _ in range(PARTICIPANTS)]
    envelopes = [desk.envelope("allocate", {"participant": number}) for number in numbers]
    conducts = [Conduct(desk.store.ports) for _ in range(4)]
    coordinator = desk.identity("coo01")

    def allocate(index: int) -> None:
        conducts[index % 4].carry_out(envelopes[index], coordinator, trial="T1")

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(allocate, range(PARTICIPANTS)))

    assert_every_slot_once(desk, numbers)


def test_four_processes_draw_sixty_slots_each_once(desk: Desk, tmp_path: Path) -> None:
    numbers = [enrolled(desk) for _ in range(PARTICIPANTS)]
    clock = desk.clock.shows.isoformat()
    session = desk.identity("coo01").session
    shares = [numbers[start::4] for start in range(4)]

    children = [
        subprocess.Popen(
            [sys.executable, str(CHILD), str(tmp_path), clock, json.dumps(share), session], stdout=subprocess.PIPE
        )
        for share in shares
    ]
    outputs = [child.communicate(timeout=120)[0] for child in children]

    assert [child.returncode for child in children] == [0] * 4
    assert sum(output.count(b"allocated") for output in outputs) == PARTICIPANTS
    assert_every_slot_once(desk, numbers)
