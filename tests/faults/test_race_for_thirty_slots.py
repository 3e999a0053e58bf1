"""64 processes race for 30 slots and a third of them is killed: every slot once, in order, none lost (I1, I22, I24)."""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from domain.allocation.facts import SlotDrawn
from domain.streams import participant
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk
from tests.faults.thirty_slots import SLOTS, send, store_of_thirty

pytestmark = pytest.mark.faults
RACING = 64
NEUTRAL = "refused: No allocation is possible now. Call the randomisation statistician."


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=RACING)
        yield opened


def line_for(number: str, at: int) -> str:
    command_id = f"6f1ad1c8-8d70-4a31-9d1e-{at:012d}"
    return json.dumps({"command": "allocate", "command_id": command_id, "payload": {"participant": number}})


def drawn(desk: Desk) -> list[SlotDrawn]:
    return [entry.fact for entry in desk.store.ledger.page("vault:T1", limit=1000) if isinstance(entry.fact, SlotDrawn)]


@pytest.mark.requirement("P11-11")
def test_i1_i22_i24_sixty_four_processes_race_for_thirty_slots_and_a_third_is_killed(
    desk: Desk, tmp_path: Path
) -> None:
    lines = [line_for(enrolled(desk), at) for at in range(RACING)]
    session, shows = desk.identity("coo01").session, desk.clock.shows

    raced = subprocess.run(
        [sys.executable, "-m", "tests.faults.thirty_slots", str(tmp_path), shows.isoformat(), session],
        input=json.dumps(lines).encode(),
        stdout=subprocess.PIPE,
        timeout=240,
        check=True,
    )
    told = json.loads(raced.stdout)
    heard = dict(told["heard"])
    slots = {slot.participant: slot.index for slot in drawn(desk)}

    assert told["ends"].count(-9) >= 1, "somebody was killed"
    assert set(told["ends"]) <= {0, -9}
    assert sorted(slots.values()) == list(range(1, len(slots) + 1)), "in order, each once, none lost"
    assert set(heard.values()) <= {"allocated", NEUTRAL}

    with store_of_thirty(tmp_path, lambda: shows) as store:
        again = {line: send(store, line, session) for line in lines}
    after = {slot.participant: slot.index for slot in drawn(desk)}

    assert {number: after[number] for number in slots} == slots, "who had a slot keeps it"
    assert sorted(after.values()) == list(range(1, SLOTS + 1))
    for line, answer in again.items():
        number = json.loads(line)["payload"]["participant"]
        entries = desk.store.ledger.stream(participant("T1", number))
        assert sum(entry.frame.type == "participant.allocated.v1" for entry in entries) == (number in after)
        if number in slots:
            assert answer == "again", "a retried command id gives the same slot"
        elif number not in after:
            assert answer.startswith("refused: ")
            assert "arm" not in answer
    outside = [line for line, answer in heard.items() if answer == NEUTRAL]
    assert all(again[line].startswith("refused: This command was refused") for line in outside)
