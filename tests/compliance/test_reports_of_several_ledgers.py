"""Reports that read several ledgers over a real store: whose entries, up to where, whose size, what was looked at."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.live_checks import Deployment, look
from adapters.registers import registers
from adapters.render import body_html, render
from compliance.contexts import plain_context
from compliance.gate import of_the_product
from compliance.inquire import NOW, Axes, Inquire
from compliance.reporting import Reporting, Request, Run
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.catalogue import CATALOGUE
from compliance.reports.model import Body
from domain import streams
from domain.access.facts import CheckFound, DeploymentChecked, ReportOpened, ReportRequested
from domain.errors import ConflictError, InvalidInputError, NotFoundError, Refusal
from domain.people.facts import PolicyIssued
from domain.people.person import Person
from domain.ports import NewEntry
from domain.record import Fact
from domain.signature.facts import SignatureMade
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

TRIAL, ACCESS, SYSTEM = "trial:T1", "access:T1", "system"
CHECKED = DeploymentChecked(checks=(CheckFound(check="clock", found="as wanted", state="ok"),), trial="T1")


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        opened.hire("auditor", "auditor")
        opened.hire("watcher", "monitor")
        for site in ("01", "02"):
            enrolled(opened, site=site)
        yield opened


def request(name: str, axes: Axes = NOW, positions: dict[str, int] | None = None, **more: Any) -> Request:
    listed = CATALOGUE[name]
    filters = more.pop("filters", NO_FILTERS)
    return Request(
        report=name,
        action=listed.action,
        build=listed.builder(filters),
        scope="all",
        purpose="a test",
        axes=axes,
        positions=positions or {},
        reads=listed.reads,
        filters=filters,
        **more,
    )


def reporting(desk: Desk) -> Reporting:
    return Reporting(Inquire(desk.store.ports), render, registers())


def run(desk: Desk, person: str, asked: Request) -> Run:
    made = reporting(desk).run(desk.identity(person), "T1", asked, body_html)
    reporting(desk).delivered(desk.identity(person), "T1", made)
    return made


def cells(body: Body, table: str) -> list[dict[str, str | None]]:
    (found,) = [one for one in body.tables if one.id == table]
    names = [column.key for column in found.columns]
    return [dict(zip(names, row.cells, strict=True)) for row in found.rows]


def sizes(made: Run) -> dict[str, int]:
    return {source.ledger: source.size for source in made.report.body.sources}


def asked(desk: Desk, made: Run) -> ReportRequested:
    fact: ReportRequested = desk.store.ledger.stream(f"{ACCESS}/report/{made.report_id}")[0].fact
    return fact


@pytest.mark.requirement("FDA-06")
def test_who_reads_all_gets_every_account_and_the_size_of_each_ledger(desk: Desk) -> None:
    heads = {name: desk.size(name) for name in (TRIAL, ACCESS, SYSTEM)}
    desk.identity("auditor")

    made = run(desk, "auditor", request("access-log"))

    assert set(sizes(made)) == {TRIAL, ACCESS, SYSTEM}
    assert sizes(made)[TRIAL] == heads[TRIAL]
    assert {"admin", "lead", "inv01", "coo02", "maker"} <= {one["user"] for one in cells(made.report.body, "users")}


@pytest.mark.requirement("FDA-06", "EMA-11")
def test_an_investigator_gets_the_people_of_the_own_site_and_no_size_of_other_ledgers(desk: Desk) -> None:
    made = run(desk, "inv02", request("access-log"))
    body = made.report.body

    assert {one["user"] for one in cells(body, "users")} == {"inv02", "coo02"}
    assert {one["site"] for one in cells(body, "delegations")} == {"02"}
    assert sizes(made).keys() == {TRIAL}
    assert {one["entry"] for one in cells(body, "users")} == {"system ledger"}
    assert [one.ledger for one in asked(desk, made).sources] == [TRIAL, SYSTEM]
    assert not any(source.ledger == ACCESS for source in asked(desk, made).sources)


def test_whoever_may_not_know_a_ledger_names_no_position_of_it(desk: Desk) -> None:
    with pytest.raises(InvalidInputError) as refused:
        run(desk, "inv02", request("access-log", positions={SYSTEM: 1}))

    assert refused.value.code == "no_such_source"


@pytest.mark.parametrize("person", ["coo01", "watcher", "maker"])
def test_others_get_no_access_log(desk: Desk, person: str) -> None:
    with pytest.raises(Refusal):
        run(desk, person, request("access-log"))


def test_a_monitor_gets_the_signature_log_without_the_access_ledger(desk: Desk) -> None:
    made = run(desk, "watcher", request("signature-log"))

    assert sizes(made).keys() == {TRIAL}
    assert {one["site"] for one in cells(made.report.body, "signatures")} == {None, "01", "02"}


def test_a_site_sees_signatures_of_its_own_and_of_the_trial_as_a_whole(desk: Desk) -> None:
    body = run(desk, "coo01", request("signature-log")).report.body

    assert {one["site"] for one in cells(body, "signatures")} == {None, "01"}
    assert "not shown to this reader" in {one["identity"] for one in cells(body, "signatures")}


@pytest.mark.requirement("P11-20")
def test_a_signature_that_was_copied_onto_another_record_is_shown_broken(desk: Desk) -> None:
    made = run(desk, "auditor", request("signature-log"))
    assert {one["status"] for one in cells(made.report.body, "signatures")} == {"valid"}

    stolen = next(entry for entry in desk.store.ledger.page(TRIAL) if isinstance(entry.fact, SignatureMade))
    moved = msgspec.structs.replace(stolen.fact, signature="stolen", stream="trial:T1/participant/001", version=1)
    append(desk, streams.signatures("trial:T1/participant/001"), moved, after=1)

    body = run(desk, "auditor", request("signature-log")).report.body

    (broken,) = [one for one in cells(body, "signatures") if one["status"] == "broken"]
    assert (broken["signature"], broken["why"]) == (
        "stolen",
        "The seal is not over what stands here: something of it was altered or moved.",
    )


def append(desk: Desk, stream: str, fact: Fact, after: int = 0) -> None:
    """Past every rule, as whoever owns the database could."""
    ports = desk.store.ports
    event = ports.ids.event_id()
    context = plain_context(
        ports,
        event=event,
        identity=desk.identity("inv01"),
        person=Person.start(),
        role="none",
        authority=of_the_product("none", desk.size(SYSTEM)),
        command_id=event,
        correlation=event,
        now=desk.clock.shows,
    )
    ports.ledger.append([NewEntry(stream, context, fact)], expected={stream: after}, outcome=None)


def test_every_ledger_is_read_as_of_the_moment_asked_for(desk: Desk) -> None:
    moment = desk.clock.shows
    before = {name: desk.size(name) for name in (TRIAL, ACCESS, SYSTEM)}
    desk.clock.shows = moment + timedelta(minutes=5)
    desk.hire("later", "monitor")

    made = run(desk, "auditor", request("access-log", Axes(known=moment)))

    assert sizes(made) == before
    assert "later" not in {one["user"] for one in cells(made.report.body, "users")}


def test_words_of_the_system_ledger_are_opened_for_its_readers_and_closed_to_others(desk: Desk) -> None:
    reason = {"code": "joined", "text": "Takes over from a colleague."}
    desk.register("next")
    given = {"person": "next", "role": "site_coordinator", "sites": ["02"], "trial": "T1"}
    more = {"requested_by": "verifier", "training": "t1", "reason": reason}
    desk.send("admin", "grant_role", {**given, **more}, trial=None)

    def told(person: str) -> str | None:
        body = run(desk, person, request("access-log")).report.body
        return next(one["reason"] for one in cells(body, "grants") if one["user"] == "next")

    assert told("auditor") == "joined: Takes over from a colleague."
    assert told("inv02") == "joined: sealed to readers of the system ledger"


@pytest.mark.requirement("P11-03", "P11-05")
def test_what_was_looked_at_is_recorded_first_so_that_the_same_positions_give_the_same_body(desk: Desk) -> None:
    looked: list[int] = []

    def basis() -> tuple[Fact, ...]:
        looked.append(1)
        return (look(Deployment(desk.store, desk.store.folder.parent / "secret.key", "T1")),)

    first = run(desk, "lead", request("part11", basis=basis))
    enrolled(desk)
    again = run(desk, "auditor", request("part11", positions=sizes(first), basis=basis))
    later = run(desk, "auditor", request("part11", basis=basis))

    assert (again.body_digest, len(looked)) == (first.body_digest, 2)
    assert later.body_digest != first.body_digest
    told = [
        e
        for e in desk.store.ledger.page(SYSTEM, after=sizes(first)[SYSTEM] - 1)
        if isinstance(e.fact, DeploymentChecked)
    ]
    assert (told[0].body.actor, told[0].body.printed_name, told[0].frame.position) == (
        "lead",
        "Name of lead",
        sizes(first)[SYSTEM],
    )
    assert told[0].body.authority.rule == "report_part11/sponsor_lead"


def test_nothing_is_looked_at_for_whom_the_gate_refuses_or_for_a_trial_that_is_not_there(desk: Desk) -> None:
    desk.hire("everywhere", "auditor", trial=None)
    before = desk.size(SYSTEM)

    for person, trial, error in (("watcher", "T1", Refusal), ("everywhere", "T9", NotFoundError)):
        identity = desk.identity(person)
        with pytest.raises(error):
            reporting(desk).run(identity, trial, request("part11", basis=lambda: (CHECKED,)), body_html)

    added = desk.store.ledger.page(SYSTEM, after=before)
    assert not any(isinstance(entry.fact, DeploymentChecked) for entry in added)


def test_a_run_that_looks_at_nothing_records_nothing_of_it(desk: Desk) -> None:
    desk.identity("auditor")
    before = desk.size(SYSTEM)

    run(desk, "auditor", request("part11", basis=lambda: ()))

    assert desk.size(SYSTEM) == before


def test_what_was_found_is_not_recorded_for_an_account_that_ended_meanwhile(desk: Desk) -> None:
    def basis() -> tuple[Fact, ...]:
        append(
            desk, "system/person/auditor", PolicyIssued(document_sha256="0" * 64, reference="r", version="9"), after=4
        )
        return (CHECKED,)

    with pytest.raises(ConflictError):
        run(desk, "auditor", request("part11", basis=basis))


@pytest.mark.requirement("E6-18", "MHRA-02", "P11-05")
def test_a_report_opened_again_comes_out_with_the_same_bytes_and_is_recorded(desk: Desk) -> None:
    filters = AuditTrailFilters(participant="001", late_hours=5)
    made = run(desk, "inv01", request("audit-trail", Axes(zone="UTC"), filters=filters))
    enrolled(desk)

    before = reporting(desk).asked_before(desk.identity("inv01"), "T1", made.report_id)
    again = reporting(desk).open(
        desk.identity("inv01"), "T1", made.report_id, request("audit-trail", filters=filters), body_html
    )

    assert again.same
    assert again.run.body_digest == made.body_digest
    assert {(one.name, one.value) for one in before.parameters} == {
        ("zone", "UTC"),
        ("participant", "001"),
        ("late_hours", "5"),
    }
    told = desk.store.ledger.stream(f"{ACCESS}/report/{made.report_id}")
    assert told[-1].fact == ReportOpened(body_digest=made.body_digest, recipient="inv01", same=True)
    assert again.run.report.envelope.purpose == "a test"


def test_a_report_of_several_ledgers_opened_again_reads_them_at_the_same_positions(desk: Desk) -> None:
    made = run(desk, "auditor", request("access-log"))
    desk.hire("later", "monitor")

    again = reporting(desk).open(desk.identity("auditor"), "T1", made.report_id, request("access-log"), body_html)

    assert again.same


def test_a_report_as_known_before_the_first_entry_opens_again_as_empty(desk: Desk) -> None:
    made = run(desk, "auditor", request("signature-log", Axes(known=desk.clock.shows - timedelta(days=400))))

    again = reporting(desk).open(desk.identity("auditor"), "T1", made.report_id, request("signature-log"), body_html)

    assert (again.same, again.run.report.body.entries_read) == (True, 0)


def test_a_report_comes_out_otherwise_where_its_template_changed_and_says_so(desk: Desk) -> None:
    made = run(desk, "auditor", request("signature-log"))

    again = reporting(desk).open(desk.identity("auditor"), "T1", made.report_id, request("access-log"), body_html)

    assert not again.same
    assert desk.store.ledger.stream(f"{ACCESS}/report/{made.report_id}")[-1].fact.same is False


@pytest.mark.parametrize("person", ["lead", "inv02"])
def test_nobody_opens_a_report_that_another_received(desk: Desk, person: str) -> None:
    made = run(desk, "auditor", request("signature-log"))

    with pytest.raises(NotFoundError):
        reporting(desk).asked_before(desk.identity(person), "T1", made.report_id)
    with pytest.raises(NotFoundError):
        reporting(desk).open(desk.identity(person), "T1", "nothing", request("signature-log"), body_html)


def test_who_may_not_take_the_report_any_more_does_not_open_it_either(desk: Desk) -> None:
    made = run(desk, "watcher", request("signature-log"))
    granted = [
        e.fact.grant for e in desk.store.ledger.stream("system/person/watcher") if e.frame.type == "grant.given.v1"
    ]
    desk.send("admin", "end_grant", {"person": "watcher", "grant": granted[0]}, trial=None)

    with pytest.raises(Refusal):
        reporting(desk).open(desk.identity("watcher"), "T1", made.report_id, request("signature-log"), body_html)
