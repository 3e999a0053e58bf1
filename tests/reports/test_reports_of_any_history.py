"""What holds for every report whatever was recorded: totals, links, forms, and that nothing sealed is shown."""

from base64 import b64encode
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.render import data_forms
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters, Period
from compliance.reports.audit_trail import audit_trail
from compliance.reports.catalogue import CATALOGUE
from compliance.reports.model import Body
from compliance.reports.screening_log import screening_log
from domain.record import Entry
from tests.projections.entries import SEALED, START
from tests.projections.histories import histories
from tests.reports.materials import accesses, cells, material, rows, said, true_on
from tests.reports.people_story import staffed
from tests.reports.report_reading import from_csv, from_jsonl

INSTANTS = st.sampled_from([None, START, START.replace(year=2028)])
REPORTS = {name: listed.builder(NO_FILTERS) for name, listed in CATALOGUE.items()}
every_report = pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)


def axes(true: datetime | None) -> dict[str, Any]:
    return {} if true is None else true_on(true)


@pytest.mark.requirement("ST-04")
@given(history=histories(max_size=30), true=INSTANTS)
def test_the_totals_of_every_history_reconcile_in_sums_sites_and_flow(
    history: tuple[Entry, ...], true: datetime | None
) -> None:
    body = screening_log(material(history, **axes(true)))

    assert {row["holds"] for row in cells(body, "totals")} == {"holds"}
    assert {row["reconciles"] for row in cells(body, "sites")} <= {"holds"}
    assert sum(int(row["screenings"] or 0) for row in cells(body, "sites")) == len(rows(body, "screenings"))
    assert "Does not reconcile" not in body.pictures[0].svg


@given(history=histories(max_size=30))
def test_failures_named_first_add_up_to_the_failures(history: tuple[Entry, ...]) -> None:
    body = screening_log(material(history))

    failed = sum(row["now"] == "screen-failed" for row in cells(body, "screenings"))
    assert sum(int(row["first"] or 0) for row in cells(body, "criteria")) == failed


@pytest.mark.requirement("EMA-05")
@given(history=histories())
def test_the_trail_of_every_history_has_each_entry_once(history: tuple[Entry, ...]) -> None:
    body = audit_trail(material(history))

    assert [row["position"] for row in cells(body, "entries")] == [str(entry.frame.position) for entry in history]
    assert {row["position"] for row in cells(body, "values")} == {str(entry.frame.position) for entry in history}


@given(history=histories(), true=INSTANTS, data=st.data())
def test_an_edition_shows_some_rows_of_the_whole_in_the_same_order(
    history: tuple[Entry, ...], true: datetime | None, data: st.DataObject
) -> None:
    filters = AuditTrailFilters(
        participant=data.draw(st.sampled_from([None, "001", "002"])),
        user=data.draw(st.sampled_from([None, "u1", "u2"])),
        site=data.draw(st.sampled_from([None, "01"])),
        changes_only=data.draw(st.booleans()),
        late_only=data.draw(st.booleans()),
        period=data.draw(st.sampled_from([None, Period(START.date(), None), Period(None, START, "occurred")])),
    )
    whole = audit_trail(material(history, **axes(true)))

    edition = audit_trail(material(history, **axes(true)), filters)

    kept = {row.key for row in rows(edition, "entries")}
    assert [row.key for row in rows(edition, "entries")] == [
        row.key for row in rows(whole, "entries") if row.key in kept
    ]


@every_report
@settings(max_examples=50)
@given(history=histories(), true=INSTANTS)
def test_equal_material_gives_an_equal_body_and_nothing_sealed_stands_in_it(
    build: Any, history: tuple[Entry, ...], true: datetime | None
) -> None:
    body = build(material(history, accesses().entries, staffed().entries, **axes(true)))

    assert body == build(material(history, accesses().entries, staffed().entries, **axes(true)))
    assert b64encode(SEALED).decode()[:8] not in said(body)
    assert "ciphertext" not in said(body)


@pytest.mark.requirement("P11-05")
@every_report
@settings(max_examples=40)
@given(history=histories())
def test_every_form_holds_the_same_rows_in_the_same_order(build: Any, history: tuple[Entry, ...]) -> None:
    body: Body = build(material(history))

    forms = data_forms(body)

    (lines,) = (data for name, data in forms.items() if name.endswith(".jsonl"))
    _, listed = from_jsonl(lines)
    assert [(line["table"], line["key"]) for line in listed] == [
        (table.id, row.key) for table in body.tables for row in table.rows
    ]
    for table in body.tables:
        (flat,) = (data for name, data in forms.items() if name.endswith(f".{table.id}.csv"))
        numbers = frozenset(column.key for column in table.columns if column.kind == "number")
        keys = [column.key for column in table.columns]
        assert [(key, [found[name] for name in keys]) for _, key, found, _ in from_csv(flat, numbers)] == [
            (row.key, list(row.cells)) for row in table.rows
        ]
