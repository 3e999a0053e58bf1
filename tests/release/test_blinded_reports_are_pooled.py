"""Every report that a blinded reader can run: its figures are pooled over arms, and no arm is named or coded.

What it does not show: that no figure depends on an arm; the twin runs exchange arms and compare every byte.
"""

import re
from collections.abc import Generator
from typing import Final

import pytest

from adapters.registers import registers
from adapters.render import body_html, render
from compliance.inquire import NOW, Inquire
from compliance.reporting import Reporting, Request
from compliance.reports.audit_filters import NO_FILTERS
from compliance.reports.catalogue import CATALOGUE
from compliance.reports.model import Body
from tests.compliance.stores import Desk
from tests.release.release_story import TRIAL, trial_with_allocations

ARM: Final = re.compile(r"\bx[12]\b(?!=)|first of two|the other one")
"""The arms' ids, which are also names of coordinates in pictures, and their words."""
BY_ARM: Final = re.compile(r"\b(arm|arms|group|groups|code [abc])\b", re.IGNORECASE)
BLINDED: Final = sorted(name for name, listed in CATALOGUE.items() if "vault" not in listed.reads)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    """Five allocations, one of them unblinded in an emergency: arms are known to somebody."""
    with trial_with_allocations(tmp_path_factory.mktemp("pooled"), "AAABB") as opened:
        opened.hire("aud", "auditor")
        reason = {"code": "suspected_reaction"}
        opened.send("inv01", "break_blind", {"participant": "001", "channel": "investigator", "reason": reason})
        yield opened


def body(desk: Desk, name: str) -> Body:
    listed = CATALOGUE[name]
    build = listed.builder(NO_FILTERS)
    request = Request(name, listed.action, build, "all", "a test", NOW, {}, listed.reads)
    run = Reporting(Inquire(desk.store.ports), render, registers()).run(desk.identity("aud"), TRIAL, request, body_html)
    return run.report.body


@pytest.mark.parametrize("name", BLINDED)
def test_i28_a_blinded_report_names_no_arm_and_has_no_column_by_arm(desk: Desk, name: str) -> None:
    found = body(desk, name)

    columns = [column.heading for table in found.tables for column in table.columns]
    assert ARM.findall(found.model_dump_json()) == []
    assert [title for title in columns if BY_ARM.search(title)] == []


def test_i28_allocations_are_counted_over_all_arms_together(desk: Desk) -> None:
    found = body(desk, "randomisation-log")

    assert found.blinding_class != "UNBLINDED"
    assert [figure.value for figure in found.figures if figure.label.startswith("Allocations")] == ["5"]


def test_what_tells_an_arm_is_found_where_it_may_stand(desk: Desk) -> None:
    found = [e for e in desk.store.ledger.page(f"vault:{TRIAL}", limit=1000) if e.frame.type == "list.slot_drawn.v2"]

    assert all(ARM.search(entry.fact.arm) for entry in found)
    assert len(found) == 5
