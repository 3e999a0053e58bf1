"""What runs of reports print, over a real store: for whom, on which axes, and what the next trail says of them."""

import hashlib
from collections.abc import Generator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.registers import registers
from adapters.render import body_html, render
from compliance.gate_table import TABLE
from compliance.inquire import NOW, Axes, Inquire
from compliance.proofs.tree import root_of
from compliance.reporting import Reporting, Request, Run
from compliance.reports.audit_filters import NO_FILTERS
from compliance.reports.catalogue import CATALOGUE
from compliance.reports.model import Body
from domain.access.facts import CommandRefused, ReportDelivered, ReportProduced, ReportRequested
from domain.errors import NotFoundError, Refusal
from domain.record import Entry
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

TRIAL, ACCESS = "trial:T1", "access:T1"


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        for person, role in (("auditor", "auditor"), ("doctor", "safety_physician")):
            opened.hire(person, role)
        for site in ("01", "02"):
            enrolled(opened, site=site)
        yield opened


def request(report: str = "audit-trail", axes: Axes = NOW, **positions: int) -> Request:
    listed = CATALOGUE[report]
    at = {f"{kind}:T1": position for kind, position in positions.items()}
    return Request(report, listed.action, listed.builder(NO_FILTERS), "everything", "a test", axes, at, listed.reads)


def run(desk: Desk, person: str, asked: Request | None = None) -> Run:
    reporting = Reporting(Inquire(desk.store.ports), render, registers())
    return reporting.run(desk.identity(person), "T1", asked or request(), body_html)


def entries(body: Body) -> list[dict[str, str | None]]:
    names = [column.key for column in body.tables[0].columns]
    return [dict(zip(names, row.cells, strict=True)) for row in body.tables[0].rows]


def accesses(desk: Desk, after: int = 0) -> list[Entry]:
    return list(desk.store.ledger.page(ACCESS, after=after))


@pytest.mark.requirement("E6-18", "MHRA-02")
def test_a_run_is_recorded_as_requested_produced_and_delivered(desk: Desk) -> None:
    before, size = desk.size(ACCESS), desk.size(TRIAL)
    reporting = Reporting(Inquire(desk.store.ports), render)

    done = reporting.run(desk.identity("auditor"), "T1", request(), body_html)
    reporting.delivered(desk.identity("auditor"), "T1", done)

    asked, produced, delivered = accesses(desk, before)
    assert [entry.fact.__class__ for entry in (asked, produced, delivered)] == [
        ReportRequested,
        ReportProduced,
        ReportDelivered,
    ]
    assert {entry.frame.stream for entry in (asked, produced, delivered)} == {f"{ACCESS}/report/{done.report_id}"}
    assert (asked.fact.purpose, asked.fact.scope, asked.fact.report) == ("a test", "everything", "audit-trail")
    assert [(one.ledger, one.position) for one in asked.fact.sources] == [(TRIAL, size), (ACCESS, before)]
    assert (asked.body.actor, asked.body.role, delivered.fact.recipient) == ("auditor", "auditor", "auditor")


def test_the_digests_recorded_are_those_of_the_files(desk: Desk) -> None:
    done = run(desk, "auditor")

    produced = accesses(desk)[-1].fact
    assert produced.body_digest == done.body_digest == hashlib.sha256(body_html(done.report.body)).hexdigest()
    assert {one.name: one.sha256 for one in produced.files} == {
        name: hashlib.sha256(data).hexdigest() for name, data in done.files.items()
    }
    assert produced.rows == done.report.body.rows_printed


def test_a_site_reader_gets_its_own_site_and_no_access_ledger(desk: Desk) -> None:
    body = run(desk, "coo02").report.body

    assert {one["participant"] for one in entries(body)} == {None, "002"}
    assert {one["site"] for one in entries(body)} == {None, "02"}
    assert [source.ledger for source in body.sources] == [TRIAL]
    assert body.scope.filters[0] == "site 02 only: entries of other sites are not shown here"


def test_the_screening_log_of_a_site_shows_its_own_participants(desk: Desk) -> None:
    body = run(desk, "inv02", request("screening-log")).report.body

    assert [one["screening"] for one in entries(body)] == ["002"]
    assert body.answer.startswith("1 screening of 1 person: 1 enrolled of 12 planned for the whole trial")


def test_a_report_refused_by_the_gate_leaves_the_refusal_and_nothing_else(desk: Desk) -> None:
    before = desk.size(ACCESS)

    with pytest.raises(Refusal):
        run(desk, "maker")

    (refused,) = accesses(desk, before)
    assert refused.fact == CommandRefused(code="not_allowed", command="report_audit_trail", rule="default-deny")
    assert refused.body.actor == "maker"


def test_the_next_trail_shows_the_refusal_and_the_runs_before_it(desk: Desk) -> None:
    with pytest.raises(Refusal):
        run(desk, "maker")
    run(desk, "auditor")

    shown = [one["what"] for one in entries(run(desk, "auditor").report.body) if one["ledger"] == "access"]

    assert shown[-3:] == [
        "command refused (report audit trail)",
        "report requested (audit-trail)",
        "report produced",
    ]


def test_each_source_is_printed_with_the_root_of_its_leaves(desk: Desk) -> None:
    body = run(desk, "auditor").report.body

    for source in body.sources:
        leaves = desk.store.ports.leaves(source.ledger, source.size)
        assert source.root == root_of(leaves).hex()
    position, leaf = entries(body)[10]["position"], body.tables[0].rows[10].details[0].text
    assert desk.store.ports.leaves(TRIAL, desk.size(TRIAL))[int(position or 0) - 1].hex() == leaf


def test_as_known_on_a_moment_every_ledger_is_read_as_of_that_moment(desk: Desk) -> None:
    moment = desk.clock.shows
    sizes = (desk.size(TRIAL), desk.size(ACCESS))
    desk.clock.shows = moment.replace(month=12)
    run(desk, "auditor")
    enrolled(desk)

    body = run(desk, "auditor", request(axes=Axes(known=moment))).report.body

    assert tuple(source.size for source in body.sources) == sizes
    assert body.title == f"Audit trail, all sites, as known on {moment.isoformat(sep=' ')}, Asia/Shanghai"


def test_as_true_on_a_day_what_happened_later_is_left_out(desk: Desk) -> None:
    payload: dict[str, Any] = {"participant": "001", "procedure": "biopsy"}
    desk.send("coo01", "record_procedure", payload, occurred_at="2027-02-20T10:00:00+08:00[Asia/Shanghai]")

    body = run(desk, "auditor", request(axes=Axes(true=date(2027, 2, 20)))).report.body

    assert [one["what"] for one in entries(body) if one["participant"]] == [
        "procedure performed (biopsy)",
        "deviation recorded (act-before-consent)",
    ]
    assert "as true on 20 February 2027" in body.title


def test_a_zone_asked_for_is_the_zone_of_the_report(desk: Desk) -> None:
    done = run(desk, "auditor", request(axes=Axes(zone="America/New_York")))

    assert (done.report.body.scope.zone, done.report.envelope.zone) == ("America/New_York", "America/New_York")
    assert (entries(done.report.body)[0]["recorded_local"] or "").endswith("-05:00")


def test_no_report_tells_an_arm(desk: Desk) -> None:
    for number, site in (("001", "01"), ("002", "02")):
        desk.send(f"coo{site}", "allocate", {"participant": number})

    for report in (name for name, listed in CATALOGUE.items() if TABLE[listed.action].touches != "VAULT"):
        body = run(desk, "auditor", request(report)).report.body
        words = body.model_dump_json()
        for telling in ("first of two", "the other one", '"x1"', '"x2"'):
            assert telling not in words


def test_a_trial_that_is_not_there_is_not_found(desk: Desk) -> None:
    desk.hire("everywhere", "auditor", trial=None)

    with pytest.raises(NotFoundError):
        Reporting(Inquire(desk.store.ports), render).run(desk.identity("everywhere"), "T9", request(), body_html)
