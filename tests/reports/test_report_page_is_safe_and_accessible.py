"""The page runs nothing, fetches nothing, hides nothing, and can be read without eyes or colours."""

import base64
import re
from hashlib import sha256
from itertools import pairwise

import pytest

from adapters.render import render
from compliance.reports.model import (
    Attention,
    Body,
    Code,
    Column,
    Envelope,
    Figure,
    Person,
    Report,
    Row,
    RowRef,
    Source,
    Table,
)
from tests.reports.report_reading import Page
from tests.reports.report_samples import audit_trail, columns, envelope, screening_log, trail_row

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&</main>\u202edetcejer\u200f\x00"


def page_of(report: Report) -> bytes:
    return next(data for name, data in render(report).items() if name.endswith(".html"))


def changed(body: Body, **new: object) -> Report:
    return Report(body=Body.model_validate({**dict(body), **new}), envelope=envelope())


def hostile_report() -> Report:
    body = screening_log(3).body
    hostile_columns = (
        Column(key="a", heading=HOSTILE, kind="id", meaning=HOSTILE),
        Column(key="t", heading=HOSTILE, kind="time", meaning=HOSTILE, unit=HOSTILE),
        Column(key="b", heading="B", kind="text", meaning="B", beside="c"),
        Column(key="c", heading="C", kind="change", meaning="C"),
        Column(
            key="d", heading="D", kind="status", meaning="D", codes=(Code(code=HOSTILE, meaning=HOSTILE, tone="bad"),)
        ),
        Column(key="e", heading=HOSTILE, kind="text", meaning="E", folded=True),
        Column(key="f", heading=HOSTILE, kind="text", meaning="F", folded=True),
    )
    table = Table(
        id="entries",
        title=HOSTILE,
        note=HOSTILE,
        columns=hostile_columns,
        rows=(Row(key="1", group=HOSTILE, cells=(HOSTILE,) * 6 + (None,)),),
        row_word=HOSTILE,
    )
    scope = body.scope.model_copy(update={"trial": HOSTILE, "filters": (HOSTILE,)})
    source = Source(ledger=f"trial:{HOSTILE}", origin=HOSTILE, size=1, root="0" * 64)
    person = Person(name=HOSTILE, role=HOSTILE, organisation=HOSTILE)
    return Report(
        body=Body.model_validate(
            {
                **dict(body),
                "title": HOSTILE,
                "answer": HOSTILE,
                "figures": (Figure(label=HOSTILE, value=HOSTILE, meaning=HOSTILE, unit=HOSTILE),) * 4,
                "attention": (
                    Attention(severity="serious", sentence=HOSTILE, rows=(RowRef(table="entries", row="1"),)),
                ),
                "tables": (table, *body.tables[1:]),
                "scope": scope,
                "sources": (source,),
                "blinding_class": "UNBLINDED",
                "approvals_note": HOSTILE,
                "strength_note": HOSTILE,
                "verification": HOSTILE,
            }
        ),
        envelope=Envelope.model_validate(
            {
                **dict(envelope()),
                "report_id": HOSTILE,
                "requested_by": person,
                "delivered_to": person,
                "zone": HOSTILE,
                "software_version": HOSTILE,
                "signatures": (HOSTILE,),
                "anchors": (HOSTILE,),
            }
        ),
    )


def test_hostile_text_everywhere_adds_no_element_and_no_attribute() -> None:
    page = page_of(hostile_report())

    tags = Page(page).tags
    assert {tag for tag, _ in tags} & {"script", "img", "iframe", "object", "link", "form"} == set()
    assert not [name for _, given in tags for name in given if name.startswith("on") or name in {"src", "style"}]
    assert page.count(b"</main>") == 1


def test_hostile_text_cannot_leave_the_style_sheet() -> None:
    page = page_of(hostile_report()).decode()

    style = page[page.index("<style>") + 7 : page.index("</style>")]
    assert page.count("</style>") == 1
    assert "<" not in style
    assert "\\3c script\\3e alert\\28 1\\29 " in style
    assert "\\202e " not in style


def test_characters_that_turn_or_hide_text_are_shown_by_their_number() -> None:
    page = page_of(hostile_report()).decode()

    assert not re.search("[\x00\u200f\u202e]", page)
    assert "⟨U+202E⟩detcejer⟨U+200F⟩⟨U+0000⟩" in page


@pytest.mark.parametrize(
    "report", [audit_trail(300), screening_log(), hostile_report()], ids=["trail", "log", "hostile"]
)
def test_the_page_refers_to_nothing_outside_itself(report: Report) -> None:
    page = page_of(report).decode()

    tags = Page(page.encode()).tags
    targets = [value or "" for _, given in tags for name, value in given.items() if name in {"href", "src"}]
    style = page[page.index("<style>") : page.index("</style>")]
    assert all(target.startswith("#") for target in targets)
    assert "url(" not in style
    assert "@import" not in style
    assert set(re.findall(r"https?://[^\"'<\s]+", page)) <= {"http://www.w3.org/2000/svg"}


def test_the_page_forbids_everything_but_its_own_style_sheet() -> None:
    page = page_of(audit_trail(3)).decode()

    style = page[page.index("<style>") + 7 : page.index("</style>")]
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = next(given["content"] for _, given in Page(page.encode()).tags if given.get("http-equiv"))
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@pytest.mark.parametrize("report", [audit_trail(1200), screening_log()], ids=["trail", "log"])
def test_headings_are_in_order_and_header_cells_say_what_they_head(report: Report) -> None:
    page = Page(page_of(report))

    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert set(page.header_scopes) == {"row", "col"}
    assert len(page.ids) == len(set(page.ids))


def test_every_link_leads_to_a_place_on_the_page() -> None:
    page = Page(page_of(audit_trail(300)))

    links = {given["href"] for tag, given in page.tags if tag == "a"}
    assert {"#report", "#t.entries", "#r.entries.3"} <= links
    assert {str(link)[1:] for link in links} <= set(page.ids)


def test_many_rows_of_one_finding_are_linked_a_dozen_at_a_time_and_the_rest_marked() -> None:
    page = page_of(audit_trail(300)).decode()

    assert page.count('href="#r.entries.') == 1 + 12
    assert "and 6 more, marked in the table" in page
    assert len(re.findall(r'<tr id="r\.entries\.\d+" class="(z )?m">', page)) == 18


def test_the_language_title_and_pictures_are_named_for_those_who_cannot_see_them() -> None:
    page = Page(page_of(screening_log(3)))

    tags = dict(page.tags)
    svgs = [given for tag, given in page.tags if tag == "svg"]
    assert tags["html"] == {"lang": "en"}
    assert all(given.get("aria-labelledby") or given.get("aria-label") for given in svgs)
    assert [tag for tag, _ in page.tags].count("title") == 1 + 2
    assert [tag for tag, _ in page.tags].count("caption") == [tag for tag, _ in page.tags].count("table")


def test_only_unblinded_pages_carry_the_recipient_as_a_watermark() -> None:
    body = audit_trail(3).body

    unblinded = page_of(changed(body, blinding_class="UNBLINDED")).decode()
    blinded = page_of(changed(body, blinding_class="BLINDED")).decode()

    assert '<div class="watermark" aria-hidden="true"><span>Inspector Four · UNBLINDED' in unblinded
    assert "watermark" not in blinded[blinded.index("<body") :]


@pytest.mark.parametrize("name", ["BLINDED", "UNBLINDED", "NEUTRAL"])
def test_the_class_is_said_in_words_on_the_page_and_in_the_margin_of_the_paper(name: str) -> None:
    page = page_of(changed(audit_trail(3).body, blinding_class=name)).decode()

    assert f"· {name}</span>" in page
    assert f'<b class="class">{name.capitalize()}: ' in page
    assert f"{name}'}}@top-right" in page


def test_a_wide_table_turns_the_paper_and_a_narrow_one_does_not() -> None:
    assert "@page{size:landscape;" in page_of(audit_trail(3)).decode()
    assert "@page{size:portrait;" in page_of(screening_log(3)).decode()


def test_long_tables_come_in_parts_that_each_repeat_their_head() -> None:
    page = page_of(audit_trail(1200)).decode()

    assert page.count('<table class="c-entries">') == 3
    assert "lines 1,001 to 1,200 of 1,200" in page


def test_rows_are_shaded_by_participant_and_not_row_by_row() -> None:
    page = page_of(audit_trail(60)).decode()

    shaded = [int(key) for key in re.findall(r'<tr id="r\.entries\.(\d+)" class="z', page)]
    assert shaded == [*range(14, 28), *range(42, 56)]


def test_codes_are_printed_with_their_meaning() -> None:
    page = page_of(audit_trail(3)).decode()

    assert "late = recorded more than 24 h after the act" in page
    assert '<b class="watch">late</b>' in page


def test_long_ids_are_short_on_the_line_and_whole_on_hover_and_in_the_fold() -> None:
    long_id = "0196f0c2-7a3d-7c11-9b1e-3f5f6c1d2e4a"
    shown = (Column(key="event", heading="Event", kind="id", meaning="Event id"),)
    table = Table(id="entries", title="E", note="N", columns=shown, rows=(Row(key="1", cells=(long_id,)),))
    body = audit_trail(3).body

    page = page_of(changed(body, tables=(table, *body.tables[1:]), attention=())).decode()

    assert f'<abbr title="{long_id}">0196f0c2…</abbr>' in page
    assert f"<b>Event</b> {long_id}" in page


def test_a_table_without_rows_says_so() -> None:
    body = audit_trail(3).body
    empty = body.tables[0].model_copy(update={"rows": ()})

    page = page_of(changed(body, tables=(empty, *body.tables[1:]), attention=())).decode()

    assert "No entry to show: none was found within the scope." in page
    assert "Nothing here met this report's rules for attention." in page or "Nothing here met" in page


def test_one_table_alone_needs_no_list_of_contents() -> None:
    body = audit_trail(3).body

    page = page_of(changed(body, tables=body.tables[:1], pictures=())).decode()

    assert "<nav" not in page


def test_signatures_and_anchors_stand_in_the_foot_when_there_are_any() -> None:
    report = audit_trail(3)
    signed = report.envelope.model_copy(update={"signatures": ("S-1, review",), "anchors": ("time stamp T-1",)})

    page = page_of(Report(body=report.body, envelope=signed)).decode()

    assert page.index("</main>") < page.index("<li>S-1, review</li>") < page.index("<li>time stamp T-1</li>")


def test_text_cut_to_fit_the_line_is_whole_in_the_fold() -> None:
    reason = (
        "the value was read from the wrong column of the printed laboratory sheet, corrected on the day of the visit"
    )
    cells = tuple(
        reason if column.key == "reason" else cell for column, cell in zip(columns(), trail_row(1).cells, strict=True)
    )
    body = audit_trail(3).body
    table = body.tables[0].model_copy(update={"rows": (Row(key="1", cells=cells),)})

    page = page_of(changed(body, tables=(table, *body.tables[1:]), attention=())).decode()

    assert f"<b>Reason</b> {reason}" in page
