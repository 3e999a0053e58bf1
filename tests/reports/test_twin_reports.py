"""Both forms of a report beside one another: masked columns alone differ, and anything else is an error."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance.reports.audit_filters import NO_FILTERS
from compliance.reports.catalogue import CATALOGUE, TWINS, Twins
from compliance.reports.material import Material
from compliance.reports.model import Body, Detail, Table
from compliance.reports.twin import TwinsDifferError, compared, limited
from compliance.reports.unblinding_log import unblinding_log
from compliance.reports.unblinding_log_unblinded import unblinding_log_unblinded
from domain.errors import TrialproofError
from tests.reports import unblinding_story as story
from tests.reports.materials import LEDGER, cells, material, said

CHANGES: dict[str, Callable[[Table], dict[str, Any]]] = {
    "the words around": lambda table: {"note": f"{table.note} And more."},
    "the columns of": lambda table: {
        "columns": (table.columns[0].model_copy(update={"heading": "Other"}), *table.columns[1:])
    },
    "the rows of": lambda table: {"rows": table.rows[1:]},
    "column participant in row 1": lambda table: {"rows": _changed(table, cells=_cells(table))},
    "row 1 of": lambda table: {"rows": _changed(table, details=(Detail(column="request", text="more"),))},
}


def _cells(table: Table) -> tuple[str | None, ...]:
    at = [column.key for column in table.columns].index("participant")
    row = table.rows[0].cells
    return (*row[:at], "999", *row[at + 1 :])


def _changed(table: Table, **changes: Any) -> tuple[Any, ...]:
    return (table.rows[0].model_copy(update=changes), *table.rows[1:])


def told(**arms: str) -> Material:
    vault = story.vault(**(arms or {"E1": "a1", "E2": "a2", "Q1": "a1"}))
    return material(story.everything().entries, story.people().entries, story.looks().entries, vault.entries)


def built(listed: str, from_: Material) -> Body:
    return CATALOGUE[listed].builder(NO_FILTERS)(from_)


def forms(name: str, from_: Material) -> tuple[Body, ...]:
    twins: Twins = TWINS[name]
    return tuple(listed.builder(NO_FILTERS)(from_) for listed in twins)


@pytest.mark.requirement("E6-08")
def test_the_comparison_lists_every_column_and_which_are_masked() -> None:
    body = built("twin-unblinding-log", told())

    columns = cells(body, "columns")
    assert [row["column"] for row in columns if row["standing"] == "masked"] == ["arm", "arm_id"]
    assert {row["cells"] for row in columns if row["table"] == "unblindings" and row["standing"] == "equal"} == {"11"}
    assert [row["table"] for row in cells(body, "tables") if row["standing"] == "masked"] == ["made-certain"]
    assert "630 cells in 41 rows of 7 tables are equal in both forms" in body.answer
    assert (body.blinding_class, body.name) == ("UNBLINDED", "twin-unblinding-log")
    assert [item.sentence for item in body.attention] == ["2 columns masked in the blinded form."]


def test_no_arm_stands_in_the_comparison_itself() -> None:
    text = said(built("twin-unblinding-log", told()))

    assert not [label for label in story.ARMS.values() if label in text]


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("name", TWINS)
def test_the_blinded_form_beside_the_other_is_what_a_blinded_reader_gets(name: str) -> None:
    whole = told()

    blinded, unblinded, _ = forms(name, whole)

    alone = limited(whole, CATALOGUE[name].reads)
    assert blinded == built(name, alone)
    assert unblinded == built(f"{name}-unblinded", limited(whole, CATALOGUE[f"{name}-unblinded"].reads))
    assert "vault" not in said(blinded)


def test_with_other_arms_the_blinded_form_and_the_comparison_stay_the_same() -> None:
    one, other = forms("unblinding-log", told(E1="a1", E2="a2")), forms("unblinding-log", told(E1="a2", E2="a1"))

    assert (one[0], one[2].tables) == (other[0], other[2].tables)
    assert one[1] != other[1]


def test_tables_of_the_unblinded_form_alone_are_listed() -> None:
    body = built("twin-randomisation-log", told())

    alone = [row["table"] for row in cells(body, "tables") if row["standing"] == "masked"]
    assert alone
    assert {row["paired"] for row in cells(body, "tables") if row["table"] in alone} == {None}
    assert not [row for row in cells(body, "columns") if row["table"] in alone]


@pytest.mark.parametrize("place", CHANGES)
def test_a_difference_outside_the_masked_columns_is_an_error_that_names_the_place(place: str) -> None:
    whole = told()
    blinded, unblinded = unblinding_log(whole), unblinding_log_unblinded(whole)
    changed = unblinded.tables[0].model_copy(update=CHANGES[place](unblinded.tables[0]))
    bent = unblinded.model_copy(update={"tables": (changed, *unblinded.tables[1:])})

    with pytest.raises(TwinsDifferError) as caught:
        compared("twin-x", "X", whole, blinded, bent)

    assert (caught.value.code, place in caught.value.what) == ("twins_differ", True)
    assert isinstance(caught.value, TrialproofError)
    assert "999" not in str(caught.value)


def test_a_table_that_only_blinded_readers_get_is_an_error_too() -> None:
    whole = told()
    unblinded = unblinding_log_unblinded(whole)
    short = unblinded.model_copy(update={"tables": unblinded.tables[1:], "attention": ()})

    with pytest.raises(TwinsDifferError, match="table unblindings is in the blinded form alone"):
        compared("twin-x", "X", whole, unblinding_log(whole), short)


def test_a_picture_that_differs_is_an_error() -> None:
    whole = told()
    blinded, unblinded, _ = forms("randomisation-log", whole)

    with pytest.raises(TwinsDifferError, match="a picture"):
        compared("twin-x", "X", whole, blinded, unblinded.model_copy(update={"pictures": ()}))


def test_forms_without_a_masked_column_need_no_attention() -> None:
    whole = told()
    blinded = unblinding_log(whole)

    body = compared("twin-x", "X", whole, blinded, blinded)

    assert body.attention == ()
    assert {row["standing"] for row in cells(body, "columns")} == {"equal"}


def test_material_is_limited_to_ledgers_of_some_kinds() -> None:
    whole = told()

    alone = limited(whole, ("trial",))

    assert list(alone.entries) == [LEDGER]
    assert {place[0] for place in alone.leaves} == {LEDGER}
    assert [source.ledger for source in alone.sources] == [LEDGER]
