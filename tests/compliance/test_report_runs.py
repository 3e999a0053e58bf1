"""Runs of reports over a real store: positions, sources, events, and what a reader's material holds."""

import sqlite3
from collections.abc import Generator, Mapping
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from adapters.render import body_html, render
from compliance.inquire import NOW, Axes, Inquire
from compliance.reporting import Reporting, Request, Run
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.audit_trail import audit_trail
from compliance.reports.catalogue import CATALOGUE
from domain.access.facts import ReportDelivered, ReportProduced, ReportRequested
from domain.errors import InvalidInputError, NotFoundError
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        opened.hire("auditor", "auditor")
        opened.hire("watcher", "monitor")
        yield opened


def run(desk: Desk, person: str = "auditor", *, axes: Axes = NOW, positions: Mapping[str, int] | None = None) -> Run:
    build = partial(audit_trail, filters=NO_FILTERS)
    request = Request("audit-trail", "report_audit_trail", build, "all", "a test", axes, positions or {})
    reporting = Reporting(Inquire(desk.store.ports), render)
    produced = reporting.run(desk.identity(person), "T1", request, body_html)
    reporting.delivered(desk.identity(person), "T1", produced)
    return produced


def sources(produced: Run) -> dict[str, int]:
    return {source.ledger: source.size for source in produced.report.body.sources}


@pytest.mark.requirement("P11-05")
def test_a_run_is_requested_produced_and_delivered_on_the_record_with_the_digests_of_its_files(desk: Desk) -> None:
    produced = run(desk)

    told = [e.fact for e in desk.store.ledger.stream(f"access:T1/report/{produced.report_id}")]
    assert [type(fact) for fact in told] == [ReportRequested, ReportProduced, ReportDelivered]
    assert told[1].body_digest == produced.body_digest
    assert {file.name for file in told[1].files} == set(produced.files)


def test_a_report_reads_each_ledger_up_to_the_head_before_its_own_request(desk: Desk) -> None:
    heads = {"trial:T1": desk.size("trial:T1"), "access:T1": desk.size("access:T1")}

    produced = run(desk)

    assert sources(produced) == heads


def test_the_same_positions_give_the_same_body_whoever_asks_and_whenever(desk: Desk) -> None:
    first = run(desk)
    enrolled(desk)

    again = run(desk, positions=sources(first))

    assert again.body_digest == first.body_digest
    assert run(desk).body_digest != first.body_digest


def test_only_readers_with_clearance_for_it_read_the_access_ledger(desk: Desk) -> None:
    assert set(sources(run(desk, "watcher"))) == {"trial:T1"}
    assert set(sources(run(desk, "coo01"))) == {"trial:T1"}


def test_positions_that_are_not_there_or_not_for_the_reader_are_refused(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        run(desk, positions={"trial:T1": desk.size("trial:T1") + 1})
    with pytest.raises(InvalidInputError) as foreign:
        run(desk, "watcher", positions={"access:T1": 1})

    assert foreign.value.code == "no_such_source"


def test_every_ledger_is_read_as_of_the_day_asked_for(desk: Desk) -> None:
    run(desk)
    later = run(desk, axes=Axes(known=date(2027, 2, 1), zone="UTC"), positions={})

    assert sources(later) == {"trial:T1": 0, "access:T1": 0}


def test_reasons_are_opened_for_the_team_safety_words_stay_closed_and_erased_ones_say_so(desk: Desk) -> None:
    number = enrolled(desk)
    words = {"reporter": "site", "term": "Headache", "narrative": "Told by the family.", "serious": False}
    desk.send(
        "coo01",
        "report_adverse_event",
        {**words, "participant": number, "reason": {"code": "late", "text": "Learned by telephone today."}},
    )

    told = b"".join(run(desk).files.values())
    with sqlite3.connect(desk.store.folder / "keys" / "keystore.sqlite") as keys:
        keys.execute("DELETE FROM wrapped_key WHERE scope = ?", (f"participant:T1/{number}",))
    erased = b"".join(run(desk).files.values())

    assert b"Learned by telephone today." in told
    assert b"Told by the family." not in told
    assert b"Learned by telephone today." not in erased
    assert b"erased: its key was destroyed" in erased


def test_the_screening_log_takes_no_filters(desk: Desk) -> None:
    listed = CATALOGUE["screening-log"]

    assert listed.builder(NO_FILTERS) is not None
    assert CATALOGUE["audit-trail"].builder(NO_FILTERS) is not None
    with pytest.raises(InvalidInputError):
        listed.builder(AuditTrailFilters(site="01"))
    assert desk.size("trial:T1") > 0
