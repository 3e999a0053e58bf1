"""Whatever the file holds, the answer is a record or one stated refusal."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from compliance.registry.questions import criterion_questions, open_questions
from compliance.registry.read import read_record
from domain.errors import InvalidInputError
from tests.registry.registry_files import Tree, seed_bytes, seed_tree

JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
Path = tuple[str | int, ...]


def full_tree() -> Tree:
    """The seed with the fields that it leaves out, so that each field we read is there to be spoiled."""
    tree = seed_tree()
    protocol = tree["protocolSection"]
    protocol["statusModule"] |= {"startDateStruct": {"date": "2018-03", "type": "ACTUAL"}}
    protocol["statusModule"] |= {"studyFirstSubmitDate": "2018-02-01"}
    protocol["oversightModule"] = {"oversightHasDmc": True}
    protocol["outcomesModule"] = {"primaryOutcomes": [{"measure": "Proteinuria"}]}
    protocol["contactsLocationsModule"] = {"locations": [{"city": "Dalian"}]}
    protocol["designModule"]["phases"] = ["PHASE1"]
    protocol["designModule"]["designInfo"]["maskingInfo"]["whoMasked"] = ["PARTICIPANT", "INVESTIGATOR"]
    tree["derivedSection"] = {"miscInfoModule": {"versionHolder": "2024-01-03"}}
    return tree


def paths_in(value: JsonValue, above: Path = ()) -> Iterator[Path]:
    members: list[tuple[str | int, JsonValue]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    for key, child in members:
        yield (*above, key)
        yield from paths_in(child, (*above, key))


PATHS = list(paths_in(full_tree()))


def holder(tree: Any, path: Path) -> Any:
    for step in path[:-1]:
        tree = tree[step]
    return tree


def read_and_ask(raw: bytes) -> None:
    with contextlib.suppress(InvalidInputError):
        found = read_record(raw)
        open_questions(found)
        criterion_questions(found)


@given(st.sampled_from(PATHS), JSON)
def test_a_field_of_any_other_value_is_read_or_refused(path: Path, value: JsonValue) -> None:
    tree = full_tree()
    holder(tree, path)[path[-1]] = value

    read_and_ask(json.dumps(tree).encode())


def test_without_any_one_field_the_record_is_read_or_refused() -> None:
    for path in PATHS:
        tree = full_tree()
        del holder(tree, path)[path[-1]]

        read_and_ask(json.dumps(tree).encode())


@given(st.text(max_size=300))
def test_any_criteria_are_split_and_asked_about(text: str) -> None:
    tree = full_tree()
    tree["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = text

    read_and_ask(json.dumps(tree).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    read_and_ask(raw)


@given(st.integers(min_value=0), st.binary(max_size=3))
def test_a_record_with_some_bytes_spoiled_is_read_or_refused(place: int, spoiled: bytes) -> None:
    raw = seed_bytes()
    start = place % len(raw)

    read_and_ask(raw[:start] + spoiled + raw[start + 1 :])
