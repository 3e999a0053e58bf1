"""Runs of the randomisation logs and of the functional-unblinding list over a real store: who gets which."""

from collections.abc import Generator
from pathlib import Path

import pytest

from adapters.registers import registers
from adapters.render import body_html, render
from compliance.inquire import NOW, Inquire
from compliance.reporting import Reporting, Request, Run
from compliance.reports.audit_filters import NO_FILTERS
from compliance.reports.catalogue import CATALOGUE
from domain.access.facts import CommandRefused, ReportProduced, ReportRequested
from domain.errors import InvalidInputError, Refusal
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk
from tests.reports.materials import cells

BLINDED, UNBLINDED, FUNCTIONAL = "randomisation-log", "randomisation-log-unblinded", "functional-unblinding"
TRIAL, VAULT, ACCESS = "trial:T1", "vault:T1", "access:T1"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    """Two sites, six allocations; blinded and unblinded readers."""
    with open_desk(tmp_path_factory.mktemp("logs")) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        for at in range(6):
            site = "01" if at % 3 else "02"
            number = enrolled(opened, stratum="AB"[at % 2], site=site)
            opened.send(f"coo{site}", "allocate", {"participant": number})
        for person, role in (("aud", "auditor"), ("pharm", "unblinded_pharmacist"), ("watch", "unblinded_monitor")):
            opened.hire(person, role)
        opened.register("visit")
        ends = opened.clock.shows.replace(month=4).isoformat()
        opened.send(
            "admin",
            "grant_role",
            {
                "person": "visit",
                "role": "inspector",
                "sites": None,
                "trial": "T1",
                "requested_by": "verifier",
                "training": None,
                "clearance": "unblinded",
                "ends": ends,
            },
            trial=None,
        )
        opened.hire("half", "unblinded_pharmacist", ["01"])
        yield opened


def run(desk: Desk, person: str, name: str, **positions: int) -> Run:
    listed = CATALOGUE[name]
    at = {f"{kind}:T1": position for kind, position in positions.items()}
    request = Request(name, listed.action, listed.builder(NO_FILTERS), "all", "a test", NOW, at, listed.reads)
    return Reporting(Inquire(desk.store.ports), render, registers()).run(
        desk.identity(person), "T1", request, body_html
    )


@pytest.mark.requirement("E6-05")
@pytest.mark.parametrize("person", ["maker", "seeder", "pharm", "visit"])
def test_unblinded_readers_get_the_unblinded_form_from_both_ledgers(desk: Desk, person: str) -> None:
    body = run(desk, person, UNBLINDED).report.body

    assert [source.ledger for source in body.sources] == [TRIAL, VAULT]
    assert body.blinding_class == "UNBLINDED"
    assert len(cells(body, "allocations")) == 6
    assert {row["opens"] for row in cells(body, "allocations")} == {"opens"}
    assert cells(body, "mismatches") == []


@pytest.mark.requirement("E6-05", "E6-08")
@pytest.mark.parametrize(
    ("person", "name"),
    [
        *((person, UNBLINDED) for person in ("aud", "stat", "lead", "coo01", "inv01", "watch")),
        *((person, FUNCTIONAL) for person in ("aud", "stat", "lead", "coo01", "maker", "pharm", "visit")),
        *((person, BLINDED) for person in ("maker", "watch")),
    ],
)
def test_nobody_else_gets_a_form_that_is_not_theirs_and_the_refusal_is_recorded(
    desk: Desk, person: str, name: str
) -> None:
    before = desk.size(ACCESS)

    with pytest.raises(Refusal):
        run(desk, person, name)

    (refusal,) = desk.store.ledger.page(ACCESS, after=before)
    assert isinstance(refusal.fact, CommandRefused)


@pytest.mark.requirement("E6-08")
def test_a_blinded_reader_gets_the_log_without_any_arm_and_a_site_reader_its_own_site(desk: Desk) -> None:
    everybody, own = run(desk, "stat", BLINDED), run(desk, "coo02", BLINDED)

    assert [source.ledger for source in everybody.report.body.sources] == [TRIAL]
    assert len(cells(everybody.report.body, "allocations")) == 6
    assert {row["site"] for row in cells(own.report.body, "allocations")} == {"02"}
    for made in (everybody, own):
        for data in made.files.values():
            assert b"first of two" not in data
            assert b"the other one" not in data
            assert b'"x1' not in data


@pytest.mark.requirement("E6-08")
def test_both_forms_at_the_same_positions_agree_and_repeat_byte_for_byte(desk: Desk) -> None:
    at = {"trial": desk.size(TRIAL)}

    blinded, unblinded = run(desk, "stat", BLINDED, **at), run(desk, "maker", UNBLINDED, **at, vault=desk.size(VAULT))
    again = run(desk, "pharm", UNBLINDED, **at, vault=desk.size(VAULT))

    tables = {table.id: table for table in unblinded.report.body.tables}
    for table in blinded.report.body.tables:
        width = len(table.columns)
        assert tables[table.id].columns[:width] == table.columns
        assert [row.cells[:width] for row in tables[table.id].rows] == [row.cells for row in table.rows]
    assert again.body_digest == unblinded.body_digest


@pytest.mark.requirement("E6-18")
def test_a_run_of_the_unblinded_form_is_recorded_with_its_class_and_every_ledger_it_read(desk: Desk) -> None:
    before, sizes = desk.size(ACCESS), (desk.size(TRIAL), desk.size(VAULT))

    run(desk, "maker", UNBLINDED)

    asked, produced = desk.store.ledger.page(ACCESS, after=before)
    assert isinstance(asked.fact, ReportRequested)
    assert isinstance(produced.fact, ReportProduced)
    assert (asked.fact.blinding, asked.body.actor) == ("UNBLINDED", "maker")
    assert [(one.ledger, one.position) for one in asked.fact.sources] == [(TRIAL, sizes[0]), (VAULT, sizes[1])]


def test_a_blinded_report_cannot_be_asked_at_a_position_of_the_vault(desk: Desk) -> None:
    with pytest.raises(InvalidInputError) as caught:
        run(desk, "stat", BLINDED, vault=1)

    assert caught.value.code == "no_such_source"


def test_the_unblinded_monitor_alone_gets_the_functional_list(desk: Desk) -> None:
    body = run(desk, "watch", FUNCTIONAL).report.body

    assert [source.ledger for source in body.sources] == [TRIAL, VAULT]
    assert {row["arm"] for row in cells(body, "arms")} == {"x1", "x2"}
    assert body.blinding_class == "UNBLINDED"


@pytest.mark.requirement("E6-08")
def test_who_is_cleared_for_one_site_is_not_shown_the_vault_of_the_whole_trial(desk: Desk) -> None:
    body = run(desk, "half", UNBLINDED).report.body

    assert VAULT not in [source.ledger for source in body.sources]
    assert {row["arm"] for row in cells(body, "allocations")} == {None}
    assert cells(body, "mismatches") == []
    assert "the vault is not read for this reader: nothing is reconciled" in body.answer


def test_an_unblinded_page_carries_its_readers_name_and_class(desk: Desk, tmp_path: Path) -> None:
    del tmp_path
    page = next(data for name, data in run(desk, "maker", UNBLINDED).files.items() if name.endswith(".html"))

    assert b"Name of maker \xc2\xb7 UNBLINDED" in page
