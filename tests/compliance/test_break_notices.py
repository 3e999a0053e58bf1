"""Who may open the notice that a blind was broken: the site and named roles; all others see bytes of one size."""

from collections.abc import Generator
from pathlib import Path
from uuid import UUID

import pytest

from compliance.gathering import Gathering
from compliance.inquire import NOW, Inquire
from compliance.reports.registers import NO_REGISTERS
from domain import streams
from domain.access.facts import RecordRead
from domain.errors import NotFoundError, Refusal
from domain.record import Entry
from domain.unblinding.facts import BreakNotified
from tests.compliance.running_trial import enrolled, open_site, open_trial
from tests.compliance.stores import Desk, open_desk

BREAK = {"channel": "investigator", "reason": {"code": "suspected_reaction"}}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        open_site(opened, "02")
        opened.hire("safety", "safety_physician")
        opened.hire("auditor", "auditor")
        opened.hire("mon", "monitor")
        yield opened


def notices(desk: Desk) -> list[Entry]:
    page = desk.store.ledger.page(streams.trial_ledger("T1"), limit=9999)
    return [entry for entry in page if isinstance(entry.fact, BreakNotified)]


def broken(desk: Desk) -> UUID:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    desk.send("inv01", "break_blind", {"participant": number, **BREAK})
    return notices(desk)[-1].body.event_id


def opened(desk: Desk, person: str, event: UUID) -> str:
    return Inquire(desk.store.ports).text(desk.identity(person), "T1", event, "notice")


@pytest.mark.parametrize("person", ["inv01", "coo01", "med", "lead", "safety"])
def test_the_site_and_the_named_roles_open_it_and_each_opening_is_recorded(desk: Desk, person: str) -> None:
    event = broken(desk)

    words = opened(desk, person, event)

    assert "001" in words
    assert "inv01" in words
    last = desk.store.ledger.page(streams.access_ledger("T1"), limit=9999)[-1]
    assert isinstance(last.fact, RecordRead)
    assert (last.body.actor, last.fact.what) == (person, "notice")


@pytest.mark.parametrize("person", ["dm", "stat", "auditor", "mon"])
def test_other_blinded_readers_do_not_open_it(desk: Desk, person: str) -> None:
    event = broken(desk)

    with pytest.raises(Refusal):
        opened(desk, person, event)


def test_another_site_does_not_even_find_it(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        opened(desk, "inv02", broken(desk))


def test_every_notice_has_one_size_whoever_it_is_about(desk: Desk) -> None:
    broken(desk)
    broken(desk)

    sizes = {(len(entry.fact.notice.ciphertext), entry.fact.notice.size) for entry in notices(desk)}
    assert sizes == {(1024 + 16, 1024)}
    assert len({entry.fact.notice.ciphertext for entry in notices(desk)}) == 2


def test_a_report_shows_the_words_to_those_who_need_to_know_and_a_phrase_to_others(desk: Desk) -> None:
    broken(desk)

    def shown(person: str) -> str:
        inquire = Inquire(desk.store.ports)
        allowed = inquire.allow(desk.identity(person), "report_audit_trail", "T1")
        material, _ = Gathering(inquire, "T1", allowed, ("trial",)).material(NOW, {}, NO_REGISTERS)
        return material.open_text(notices(desk)[-1].fact.notice)

    assert shown("auditor") == "sealed to those who need to know"
    assert "001" in shown("lead")
