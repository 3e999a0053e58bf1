"""A report that could mislead cannot be made: links lead somewhere, rows fit, clocks agree."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from compliance.reports.model import (
    Attention,
    Body,
    Column,
    Detail,
    Envelope,
    Person,
    Picture,
    Row,
    RowRef,
    Scope,
    Source,
    Table,
)
from tests.reports.report_samples import audit_trail, envelope, screening_log


def again(value: BaseModel, **new: Any) -> BaseModel:
    return type(value).model_validate({**dict(value), **new})


def column(key: str, **more: Any) -> Column:
    return Column.model_validate({"key": key, "heading": key, "kind": "text", "meaning": "said", **more})


def table(*rows: Row, columns: tuple[Column, ...]) -> Table:
    return Table(id="entries", title="Entries", note="All.", columns=columns, rows=rows)


def test_a_report_cannot_be_changed_once_made() -> None:
    body = audit_trail(3).body

    with pytest.raises(ValidationError, match="frozen"):
        body.title = "Another"  # type: ignore[misc]  # that it is refused is the test


def test_a_column_is_either_folded_or_beside_another() -> None:
    with pytest.raises(ValidationError, match="either folded away or beside"):
        column("old", folded=True, beside="new")


def test_a_column_cannot_take_the_name_of_one_that_every_data_form_has() -> None:
    with pytest.raises(ValidationError, match="every data form"):
        column("environment")


def test_a_table_names_each_column_once() -> None:
    with pytest.raises(ValidationError, match="names a column twice"):
        table(columns=(column("a"), column("a")))


def test_a_table_begins_with_a_column_that_names_the_row() -> None:
    with pytest.raises(ValidationError, match="names the row"):
        table(columns=(column("a", folded=True), column("b")))


def test_a_column_stands_beside_one_that_is_shown() -> None:
    with pytest.raises(ValidationError, match="which is not shown"):
        table(columns=(column("a"), column("b", beside="c"), column("c", folded=True)))


def test_two_rows_cannot_share_a_key() -> None:
    with pytest.raises(ValidationError, match="row key twice"):
        table(Row(key="1", cells=("a",)), Row(key="1", cells=("b",)), columns=(column("a"),))


def test_a_row_has_one_cell_per_column() -> None:
    with pytest.raises(ValidationError, match="not one cell per column"):
        table(Row(key="1", cells=("a", "b")), columns=(column("a"),))


def test_a_detail_belongs_to_a_column() -> None:
    detail = Detail(column="z", text="more")

    with pytest.raises(ValidationError, match="details a column that is not there"):
        table(Row(key="1", cells=("a",), details=(detail,)), columns=(column("a"),))


@pytest.mark.parametrize("number", ["1,204", "1e3", "007", "NaN", "1.", ""])
def test_a_number_is_a_plain_decimal(number: str) -> None:
    with pytest.raises(ValidationError, match="not a decimal"):
        table(Row(key="1", cells=(number,)), columns=(column("n", kind="number"),))


def test_text_that_cannot_be_written_as_utf_8_is_refused() -> None:
    half = "\ud800"

    with pytest.raises(ValidationError, match="surrogates not allowed"):
        Row(key="1", cells=("whole", None, half))
    with pytest.raises(ValidationError, match="surrogates not allowed"):
        Detail(column="a", text=half)


def test_attention_points_to_rows_that_are_printed() -> None:
    body = audit_trail(3).body

    for ref in (RowRef(table="entries", row="99"), RowRef(table="nowhere", row="1")):
        with pytest.raises(ValidationError, match="rows that are not printed"):
            again(body, attention=(Attention(severity="to note", sentence="Look.", rows=(ref,)),))


def test_a_picture_has_its_numbers_in_a_table() -> None:
    body = audit_trail(3).body

    with pytest.raises(ValidationError, match="has no table lag behind it"):
        again(body, tables=body.tables[:1])


@pytest.mark.parametrize("part", ["tables", "pictures", "sources"])
def test_no_table_picture_or_ledger_is_named_twice(part: str) -> None:
    body = audit_trail(3).body

    with pytest.raises(ValidationError, match="named twice"):
        again(body, **{part: getattr(body, part) * 2})


@pytest.mark.parametrize("count", [3, 7])
def test_the_strip_has_four_to_six_figures(count: int) -> None:
    body = audit_trail(3).body

    with pytest.raises(ValidationError, match="figures"):
        again(body, figures=body.figures[:1] * count)


def test_the_rows_printed_are_counted_and_not_claimed() -> None:
    body = screening_log(9).body

    assert body.rows_printed == sum(len(one.rows) for one in body.tables) > 9
    with pytest.raises(ValidationError, match="extra"):
        Body.model_validate({**dict(body), "rows_printed": 1})


@pytest.mark.parametrize(
    ("svg", "why"),
    [
        ("<svg", "not well-formed"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "declaration"),
        ('<?xml version="1.0"?><svg/>', "declaration"),
        ("<div/>", "not an SVG drawing"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "<script>"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><g xmlns="http://elsewhere"/></svg>', "{http://elsewhere}g"),
        ('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "onload"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><g fill="url(http://elsewhere)"/></svg>', "refers elsewhere"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><title>T</title></svg>', "lacks a title or a description"),
    ],
)
def test_a_picture_that_could_run_fetch_or_stay_unnamed_is_refused(svg: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Picture(id="flow", title="Flow", svg=svg, table="flow")


@pytest.mark.parametrize(("ledger", "root"), [("trial", "0" * 64), ("trial:T", "0" * 63), ("trial:T", "A" * 64)])
def test_a_source_names_a_ledger_and_a_whole_root(ledger: str, root: str) -> None:
    with pytest.raises(ValidationError):
        Source(ledger=ledger, origin="trialproof/T", size=1, root=root)


def test_the_two_clocks_of_the_envelope_show_one_instant() -> None:
    later = envelope().generated_local + timedelta(seconds=1)

    with pytest.raises(ValidationError, match="different instants"):
        again(envelope(), generated_local=later)


def test_the_first_clock_of_the_envelope_is_utc() -> None:
    local = datetime(2027, 3, 4, 10, tzinfo=timezone(timedelta(hours=8)))

    with pytest.raises(ValidationError, match="given in UTC"):
        again(envelope(), generated_at=local, generated_local=local)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2027, 3, 4, 10, tzinfo=UTC).replace(tzinfo=None)

    with pytest.raises(ValidationError, match="timezone"):
        again(envelope(), generated_at=naive)


def test_the_recipient_is_the_requester_unless_someone_else_is_named() -> None:
    other = Person(name="Monitor Five", role="monitor", organisation="Contract organisation")

    named = Envelope.model_validate({**dict(envelope()), "delivered_to": other})

    assert envelope().recipient.name == "Inspector Four"
    assert named.recipient == other


def test_the_scope_says_when_nothing_narrows_it() -> None:
    scope = Scope.model_validate({**dict(audit_trail(3).body.scope), "filters": (), "protocol_versions": ()})

    lines = dict(scope.lines())

    assert (lines["Filters"], lines["Protocol versions"]) == ("none", "none in scope")
    assert dict(audit_trail(3).body.scope.lines())["Filters"] == "site 01; changes and views"
