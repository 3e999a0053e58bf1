"""One-time codes (RFC 6238): one step of tolerance, and no step is taken twice, by whomever and however at once."""

import subprocess
import sys
from base64 import b32encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from adapters.identity.codes import Enrolment, enrolment, steps_of
from domain.errors import LoginError
from domain.session.facts import SessionStarted, SignalRaised
from tests.identity.house import DEVICE, ORIGINATOR, SOURCE, STEP, House, reopened

RFC_SECRET = b32encode(b"12345678901234567890").decode()
FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "287082")
LOG_IN = """
import sys
from datetime import datetime
from pathlib import Path
from adapters.chance import SetClock
from adapters.wiring import Sources, open_store
from domain.errors import LoginError
folder, now, password, code = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), *sys.stdin.readline().split("|")
store = open_store(folder, folder.parent / "secret.key", Sources(SetClock(now), seeded=True))
print("ready", flush=True)
sys.stdin.readline()
try:
    store.authenticator.log_in("ana", password, code.strip(), source="s", device="d", originator="o")
    print("in")
except LoginError as error:
    print(error.code)
"""


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_codes_of_rfc_6238_hold(seconds: int, code: str) -> None:
    assert steps_of(RFC_SECRET, code, datetime.fromtimestamp(seconds, UTC)) == (seconds // 30,)


@pytest.mark.parametrize(("late", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_one_step_early_or_late_and_no_more(house: House, late: int, counts: bool) -> None:
    house.later(STEP * 10)
    code = house.owners["ana"].code(house.now - late * STEP)

    if counts:
        assert house.log_in("ana", code=code)
    else:
        with pytest.raises(LoginError):
            house.log_in("ana", code=code)


@pytest.mark.parametrize("code", ["", "12345", "1234567", FULL_WIDTH, "12345a", "+12345", "-12345", "28 70 82 1"])
def test_only_six_plain_digits_are_a_code(code: str) -> None:
    assert steps_of(RFC_SECRET, code, datetime.fromtimestamp(59, UTC)) == ()


def test_no_code_comes_from_before_the_beginning_of_time() -> None:
    assert steps_of(RFC_SECRET, "755224", datetime.fromtimestamp(0, UTC)) == (0,)


@pytest.mark.requirement("P11-24", "P11-27")
def test_a_code_is_taken_once_and_its_second_use_is_a_signal(house: House) -> None:
    code = house.code("ana")
    house.log_in("ana", code=code)

    with pytest.raises(LoginError):
        house.log_in("ana", code=code)

    (signal,) = [fact for fact in house.facts(SignalRaised) if fact.signal == "replayed_code"]
    assert (signal.person, signal.session) == ("ana", None)


def test_a_code_from_before_the_last_one_used_counts_no_more(house: House) -> None:
    earlier, later = house.code("ana"), house.owners["ana"].code(house.now + STEP)
    house.log_in("ana", code=later)

    with pytest.raises(LoginError):
        house.log_in("ana", code=earlier)


def test_a_code_given_with_a_wrong_password_is_not_used_up(house: House) -> None:
    code = house.code("ana")
    with pytest.raises(LoginError):
        house.log_in("ana", password="wrong", code=code)

    assert house.log_in("ana", code=code)
    assert not [fact for fact in house.facts(SignalRaised) if fact.signal == "replayed_code"]


def test_the_last_step_outlives_the_process(house: House) -> None:
    code = house.code("ana")
    house.log_in("ana", code=code)

    with reopened(house) as other, pytest.raises(LoginError):
        other.log_in("ana", code=code)


def test_of_eight_log_ins_at_once_with_one_code_one_wins(house: House) -> None:
    owner, code = house.owners["ana"], house.code("ana")

    def attempt(_: int) -> bool:
        try:
            house.door.log_in("ana", owner.password, code, source=SOURCE, device=DEVICE, originator=ORIGINATOR)
        except LoginError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        came_in = list(pool.map(attempt, range(8)))

    assert came_in.count(True) <= 1
    assert len([fact for fact in house.facts(SessionStarted) if fact.person == "ana"]) == came_in.count(True)
    assert any(came_in)


@pytest.mark.faults
def test_of_two_processes_with_one_code_one_wins(house: House) -> None:
    line = f"{house.owners['ana'].password}|{house.code('ana')}\n"
    processes = [started(house) for _ in range(2)]
    for process in processes:
        written(process).write(line)
        written(process).flush()
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        written(process).write("go\n")
        written(process).flush()

    told = sorted(process.communicate(timeout=60)[0].strip() for process in processes)

    assert told == ["in", "login_failed"]


def started(house: House) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LOG_IN, str(house.folder), house.now.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )


def written(process: "subprocess.Popen[str]") -> IO[str]:
    assert process.stdin is not None
    return process.stdin


def test_what_an_app_needs_does_not_show_by_accident() -> None:
    shown: Enrolment = enrolment(RFC_SECRET, "ana", "Trialproof (demonstration)")

    assert RFC_SECRET not in repr(shown)
    assert f"secret={RFC_SECRET}" in shown.otp_uri
    assert "period=30" not in shown.otp_uri  # 30 s is what apps take for granted


def test_the_stores_clock_is_the_only_clock(house: House) -> None:
    house.later(timedelta(days=4000))

    assert house.log_in("ana")
