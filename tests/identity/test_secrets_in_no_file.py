"""No secret in any file, log, error or representation: every path is driven with secrets that are recognised again."""

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.identity.passkeys import Answer
from adapters.logs import LibraryMessages, open_log
from domain.errors import TrialproofError
from tests.identity.device import Device
from tests.identity.house import ORIGINATOR, SOURCE, House, reopened, signs_policy, verified

PASSWORD = "canary otter granite violin"
NEXT = "canary lantern meadow saddle"
WRONG = "canary-typed-in-the-wrong-field"
THING = "canary"


class Kept:
    """All secrets of one run, and everything that was said while they were used."""

    def __init__(self) -> None:
        self.secrets: list[str] = [PASSWORD, NEXT, WRONG]
        self.said: list[str] = []

    def keep(self, secret: str) -> str:
        self.secrets.append(secret)
        return secret

    def fails(self, attempt: Callable[[], object]) -> None:
        with pytest.raises(TrialproofError) as failed:
            attempt()
        error = failed.value
        self.said += [str(error), repr(error), repr(error.args), *traceback.format_exception(error)]
        chain: BaseException | None = error
        while chain is not None:
            self.said += [str(chain), repr(chain)]
            chain = chain.__cause__ or chain.__context__


def lives(house: House, kept: Kept) -> None:
    """Everything that an owner can do, right and wrong."""
    door = house.door
    house.registered("ben")
    invitation = kept.keep(house.invited("ben"))
    kept.fails(lambda: door.activate("ben", WRONG, PASSWORD, source=SOURCE))
    kept.fails(lambda: door.activate("ben", invitation, THING, source=SOURCE))
    owner = house.settles("ben", invitation, PASSWORD)
    kept.keep(owner.otp_secret)
    verified(house, "ben")

    kept.fails(lambda: house.log_in("ben", password=WRONG))
    kept.fails(lambda: door.log_in(WRONG, PASSWORD, "000000", source=SOURCE, device="d", originator=ORIGINATOR))
    opened = house.log_in("ben")
    token = kept.keep(opened.token)
    kept.said += [repr(opened), str(opened), repr(opened.identity)]
    kept.fails(lambda: house.identity(f"{token}x"))
    signs_policy(house, token, password=PASSWORD, code=house.code("ben"))
    house.later()
    kept.fails(lambda: house.prove(token, password=WRONG))

    emergency = kept.keep(door.set_emergency(token, PASSWORD, house.code("ben"), source=SOURCE, originator=ORIGINATOR))
    house.later()
    kept.fails(lambda: door.log_in_in_emergency("ben", WRONG, source=SOURCE, device="d", originator=ORIGINATOR))
    kept.keep(door.log_in_in_emergency("ben", emergency, source=SOURCE, device="d", originator=ORIGINATOR).token)

    device = Device()
    ceremony = door.passkeys.begin_registration(token, PASSWORD, house.code("ben"), source=SOURCE)
    house.later()
    door.passkeys.finish_registration(token, Answer(ceremony.id, device.makes(ceremony.options)), originator=ORIGINATOR)
    kept.fails(
        lambda: door.log_in_with_passkey(
            "ben", Answer(WRONG, json.dumps({"id": WRONG})), source=SOURCE, device="d", originator=ORIGINATOR
        )
    )

    enrolment = door.renew_code_app(token, PASSWORD, house.code("ben"), source=SOURCE)
    kept.keep(enrolment.otp_secret)
    kept.said.append(repr(enrolment))
    house.later()
    kept.fails(
        lambda: door.change_password(token, WRONG, house.code("ben"), NEXT, source=SOURCE, originator=ORIGINATOR)
    )
    door.change_password(token, PASSWORD, house.code("ben"), NEXT, source=SOURCE, originator=ORIGINATOR)
    house.later(house.now - house.now)
    house.send("admin", "request_recovery", "ben", identity_checked="passport")
    house.send("verifier", "approve_recovery", "ben")
    kept.keep(house.invited("ben"))


def forms(secret: str) -> set[bytes]:
    """The secret as it could stand somewhere: as it is, without its hyphens, in capitals, in hex."""
    plain = {secret, secret.replace("-", ""), secret.upper(), secret.encode().hex()}
    return {form.encode() for form in plain}


def everything_under(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.requirement("E6-25", "EMA-15")
def test_no_secret_stands_in_any_file_log_error_or_representation(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Kept()
    caplog.set_level(logging.DEBUG)
    log_file = tmp_path / "log.jsonl"

    with open_log(str(log_file)) as log:
        handler = LibraryMessages(log)
        logging.getLogger().addHandler(handler)
        lives(house, kept)
        logging.getLogger().removeHandler(handler)

    with reopened(house):  # the write-ahead logs are there: another process reads them
        files = everything_under(tmp_path)
    assert any(path.name == "credentials.sqlite-wal" and found for path, found in files.items())
    said = "\n".join([*kept.said, *(record.getMessage() for record in caplog.records)]).encode()
    for secret in kept.secrets:
        for form in forms(secret):
            assert form not in said
            assert [path for path, found in files.items() if form in found] == []
    assert THING.encode() not in said


def test_the_canary_would_be_found(house: House, tmp_path: Path) -> None:
    house.door.note_failure("login", THING, None)

    assert any(THING.encode() in found for found in everything_under(tmp_path).values())


def test_no_secret_is_an_argument_of_a_process_or_stands_in_its_environment(house: House) -> None:
    kept = Kept()
    lives(house, kept)

    outside = "\n".join([*sys.argv, *os.environ.values()])
    assert not [secret for secret in kept.secrets if secret in outside]
