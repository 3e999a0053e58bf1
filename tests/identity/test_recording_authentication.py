"""What is recorded about log-ins stands whatever others record meanwhile, or is said not to have been recorded."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from adapters.identity.sessions import Sessions
from adapters.storage.ledger import EventStoreLedger
from compliance.authentication import TRIES, Authentication
from compliance.gate import Identity
from domain.credentials.facts import RecoveryNoticed
from domain.errors import ConflictError, LoginError
from domain.ports import NewEntry
from domain.session.facts import SessionEnded, SessionStarted
from tests.identity.house import House


class Rush:
    """Others who come first, a number of times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.left = times
        append = EventStoreLedger.append

        def overtaken(ledger: EventStoreLedger, entries: Sequence[NewEntry], **how: Any) -> Any:
            if self.left:
                self.left -= 1
                raise ConflictError("Another was first.", next_step="Try again.")
            return append(ledger, entries, **how)

        monkeypatch.setattr(EventStoreLedger, "append", overtaken)


def start(house: House) -> Identity:
    return Authentication(house.desk.store.ports).started(
        "ana",
        strength="password_totp",
        components=("password", "totp"),
        device="d",
        lasts=timedelta(hours=1),
        idle=timedelta(minutes=5),
        originator="o",
    )


def test_a_session_starts_and_ends_however_often_others_come_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = Authentication(house.desk.store.ports)

    Rush(monkeypatch, 3)
    identity = start(house)
    Rush(monkeypatch, 3)
    recorded.ended(identity.session, "log_out")
    recorded.ended(identity.session, "idle")
    recorded.ended("never-was", "idle")

    assert [fact.session for fact in house.facts(SessionStarted) if fact.person == "ana"] == [identity.session]
    assert [(fact.session, fact.why) for fact in house.facts(SessionEnded)] == [(identity.session, "log_out")]


def test_an_owner_is_noted_as_told_however_often_others_come_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = start(house)

    Rush(monkeypatch, 3)
    Authentication(house.desk.store.ports).recovery_noticed(identity)

    assert len(house.facts(RecoveryNoticed)) == 1


def test_what_never_comes_through_is_said_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    Rush(monkeypatch, TRIES)

    with pytest.raises(ConflictError) as overtaken:
        start(house)

    assert "again and again" in overtaken.value.what
    assert not [fact for fact in house.facts(SessionStarted) if fact.person == "ana"]


@pytest.mark.requirement("P11-21")
def test_an_account_that_ends_in_the_last_moment_opens_no_session(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def last_moment(*_: Any) -> None:
        house.send("admin", "deactivate_person", "ana")

    monkeypatch.setattr(Sessions, "end_overtaken", last_moment)

    with pytest.raises(LoginError) as failed:
        house.log_in("ana")

    assert failed.value.code == "login_failed"
    assert failed.value.__context__ is None
    assert not [fact for fact in house.facts(SessionStarted) if fact.person == "ana"]
