"""One report, four forms: the same rows in the same order, each read back by the stated rules."""

import csv
import io
import json
import re
from collections.abc import Mapping
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.render import body_html, data_forms, digests_of, render
from adapters.render.plain import instant, number
from compliance.reports.model import Body, Column, Detail, Report, Row, Table
from tests.reports.report_reading import Page, from_csv, from_jsonl
from tests.reports.report_samples import audit_trail, envelope, screening_log

REPORTS = pytest.mark.parametrize(
    "report", [audit_trail(3), audit_trail(300), screening_log()], ids=lambda r: r.body.name
)


def with_rows(*rows: Row, columns: tuple[Column, ...]) -> Body:
    body = audit_trail(3).body
    table = Table(id="entries", title="Entries", note="As given.", columns=columns, rows=rows, row_word="entry")
    changed = {**dict(body), "tables": (table, *body.tables[1:]), "attention": ()}
    return Body.model_validate(changed)


def file_ending(files: Mapping[str, bytes], ending: str) -> bytes:
    (name,) = [name for name in files if name.endswith(ending)]
    return files[name]


def wanted_rows(body: Body) -> list[tuple[str, str, dict[str, str | None]]]:
    return [
        (table.id, row.key, dict(zip((c.key for c in table.columns), row.cells, strict=True)))
        for table in body.tables
        for row in table.rows
    ]


@pytest.mark.requirement("P11-05")
@REPORTS
def test_every_flat_file_gives_back_the_rows_of_its_table_in_order(report: Report) -> None:
    files = render(report)

    for table in report.body.tables:
        numbers = frozenset(column.key for column in table.columns if column.kind == "number")
        read = from_csv(file_ending(files, f".{table.id}.csv"), numbers)
        assert [(table.id, key, cells) for _, key, cells, _ in read] == [
            wanted for wanted in wanted_rows(report.body) if wanted[0] == table.id
        ]


@pytest.mark.requirement("P11-05")
@REPORTS
def test_the_json_lines_give_back_every_row_in_order(report: Report) -> None:
    _, rows = from_jsonl(file_ending(render(report), ".jsonl"))

    read = [
        (row["table"], row["key"], {k: None if v is None else str(v) for k, v in row["cells"].items()}) for row in rows
    ]
    assert read == wanted_rows(report.body)


@pytest.mark.requirement("P11-05")
@REPORTS
def test_the_page_shows_the_same_rows_in_the_same_order_with_every_value(report: Report) -> None:
    page = Page(file_ending(render(report), ".html"))

    assert list(page.rows) == [f"r.{table}.{key}" for table, key, _ in wanted_rows(report.body)]
    for table in report.body.tables:
        for row in table.rows:
            said = page.rows[f"r.{table.id}.{row.key}"]
            for column, cell in zip(table.columns, row.cells, strict=True):
                assert shown(column, cell) in said


def shown(column: Column, cell: str | None) -> str:
    if cell is None:
        return column.heading if column.folded else ""
    if column.kind == "number":
        return number(cell)
    return instant(cell)[0] if column.kind == "time" else cell


def test_what_was_never_recorded_is_said_in_every_form_and_never_left_blank() -> None:
    report = audit_trail(3)

    files = render(report)

    page = Page(file_ending(files, ".html"))
    flat = csv.reader(io.StringIO(file_ending(files, ".entries.csv").decode(), newline=""))
    assert "not recorded" in page.rows["r.entries.2"]
    assert "Not recorded: On behalf of, Caused by" in page.rows["r.entries.2"]
    assert re.search(rb"<t[dh][^>]*></t[dh]>", file_ending(files, ".html")) is None
    assert all(cell for line in flat for cell in line)
    assert from_jsonl(file_ending(files, ".jsonl"))[1][1]["cells"]["reason"] is None


@pytest.mark.requirement("P11-09")
def test_the_earlier_value_stands_struck_through_beside_the_new_one() -> None:
    page = file_ending(render(audit_trail(3)), ".html").decode()

    assert "<del>101 mmHg</del> → 111 mmHg" in page


def test_details_of_a_cell_stand_in_the_fold_and_in_both_data_forms() -> None:
    columns = (Column(key="entry", heading="Entry", kind="number", meaning="Position"),)
    body = with_rows(Row(key="1", cells=("1",), details=(Detail(column="entry", text="=long"),)), columns=columns)

    files = render(Report(body=body, envelope=envelope()))

    ((_, _, _, details),) = from_csv(file_ending(files, ".entries.csv"), frozenset({"entry"}))
    assert json.loads(details) == [["entry", "=long"]]
    assert from_jsonl(file_ending(files, ".jsonl"))[1][0]["details"] == [{"column": "entry", "text": "=long"}]
    assert "=long" in Page(file_ending(files, ".html")).rows["r.entries.1"]


@given(st.lists(st.one_of(st.none(), st.text()), min_size=1, max_size=6))
def test_any_text_comes_back_unchanged_from_both_data_forms(cells: list[str | None]) -> None:
    columns = (Column(key="said", heading="Said", kind="text", meaning="Anything"),)
    body = with_rows(*(Row(key=str(at), cells=(cell,)) for at, cell in enumerate(cells)), columns=columns)

    forms = data_forms(body)

    assert [row[2]["said"] for row in from_csv(file_ending(forms, ".entries.csv"), frozenset())] == cells
    lines = from_jsonl(file_ending(forms, ".jsonl"))[1]
    assert [row["cells"]["said"] for row in lines if row["table"] == "entries"] == cells


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠", "'"])  # noqa: RUF001 (the full-width signs are meant)
def test_no_text_cell_of_a_flat_file_begins_like_a_formula(start: str) -> None:
    columns = (Column(key="said", heading="Said", kind="text", meaning="Anything"),)
    body = with_rows(Row(key="1", cells=(f"{start}1+1",)), columns=columns)

    line = list(csv.reader(io.StringIO(file_ending(data_forms(body), ".entries.csv").decode(), newline="")))[1]

    assert line[2] == f"'{start}1+1"


def test_numbers_keep_every_digit_and_stay_numbers() -> None:
    columns = (Column(key="n", heading="N", kind="number", meaning="A number"),)
    exact = ("-5", "0", "-0", "9007199254740993", "12345.6700")
    body = with_rows(*(Row(key=str(at), cells=(one,)) for at, one in enumerate(exact)), columns=columns)

    forms = data_forms(body)

    read = from_csv(file_ending(forms, ".entries.csv"), frozenset({"n"}))
    lines = from_jsonl(file_ending(forms, ".jsonl"))[1]
    assert [row[2]["n"] for row in read] == list(exact)
    assert [row["cells"]["n"] for row in lines if row["table"] == "entries"] == [-5, 0, *exact[2:]]


@REPORTS
def test_environment_stands_in_every_file_name_file_and_row(report: Report) -> None:
    environment = report.body.environment

    files = render(report)

    page = file_ending(files, ".html").decode()
    head, rows = from_jsonl(file_ending(files, ".jsonl"))
    assert all(f".{environment}." in name for name in files)
    assert all(environment.encode() in data for data in files.values())
    assert f'<div class="edge" aria-hidden="true"><span>{environment}' in page
    assert f"@top-left{{content:'{environment.upper()}" in page
    assert {head["environment"], *(row["environment"] for row in rows)} == {environment}
    for name, data in files.items():
        if name.endswith(".csv"):
            assert {row[0] for row in from_csv(data, frozenset())} == {environment}


@REPORTS
def test_the_manifest_tells_true_digests_sizes_counts_and_columns(report: Report) -> None:
    files = render(report)

    manifest = json.loads(file_ending(files, ".manifest.json"))
    described = {entry["name"]: entry for entry in manifest["files"]}
    others = {name: data for name, data in files.items() if not name.endswith(".manifest.json")}
    assert described.keys() == others.keys()
    for name, data in others.items():
        assert described[name]["sha256"] == sha256(data).hexdigest()
        assert described[name]["bytes"] == len(data)
        if not name.endswith(".html"):
            assert described[name]["rows"] == rows_in(name, data)
    assert [source["root"] for source in manifest["report"]["sources"]] == [s.root for s in report.body.sources]
    assert [table["rows"] for table in manifest["report"]["tables"]] == [len(t.rows) for t in report.body.tables]
    assert [column["key"] for column in manifest["report"]["tables"][0]["columns"]] == [
        column.key for column in report.body.tables[0].columns
    ]


def rows_in(name: str, data: bytes) -> int:
    return len(from_csv(data, frozenset())) if name.endswith(".csv") else len(from_jsonl(data)[1])


@REPORTS
def test_the_body_cut_out_of_the_page_has_the_digest_that_page_and_manifest_print(report: Report) -> None:
    files = render(report)

    page = file_ending(files, ".html")
    cut = page[page.index(b"<main") : page.index(b"</main>") + len(b"</main>")]
    manifest = json.loads(file_ending(files, ".manifest.json"))
    assert cut == body_html(report.body)
    assert sha256(cut).hexdigest() == manifest["body_sha256"]
    assert manifest["body_sha256"].encode() in page


@REPORTS
def test_the_data_digest_is_what_sha256sum_prints_over_its_own_lines(report: Report) -> None:
    forms = data_forms(report.body)

    lines = "".join(f"{sha256(forms[name]).hexdigest()}  {name}\n" for name in sorted(forms))
    assert digests_of(b"", forms).data == sha256(lines.encode()).hexdigest()
