"""The schemas that are handed to others accept what the ledgers hold, and nothing that the types refuse."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

from compliance.schemas import DIALECT, entry_schema, schema_of, schema_text
from domain.catalogue import EventType, event_type, event_types
from domain.upcasts import current_name, upcast
from domain.values import decode_hook
from tests.golden.corpus import Golden, golden_entries

GOLDEN = list(golden_entries())
ROWS = list(event_types())
EACH_ROW = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
EACH_ENTRY = pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: f"{golden.name}:{golden.line}")


WHOLE: Any = Draft202012Validator(entry_schema())


@cache
def validator(name: str) -> Any:
    return Draft202012Validator(schema_of(known(name)))


def known(name: str) -> EventType:
    row = event_type(name)
    assert row is not None
    return row


def accepts(name: str, payload: Any) -> bool:
    valid: bool = validator(name).is_valid(payload)
    return valid


def payload_of(golden: Golden) -> dict[str, Any]:
    """The payload in the form of today, as the schema describes it."""
    stored: dict[str, Any] = json.loads(golden.opened or b"null") or json.loads(golden.entry)["body"]["payload"]
    return upcast(golden.name, stored)


def first_of(name: str) -> dict[str, Any]:
    return payload_of(next(golden for golden in GOLDEN if golden.name == name))


def now(golden: Golden) -> str:
    name = current_name(golden.name)
    assert name is not None
    return name


@EACH_ROW
def test_a_schema_is_one_of_json_schema_2020_12_under_a_name_of_its_own(row: EventType) -> None:
    schema = schema_of(row)

    Draft202012Validator.check_schema(schema)
    assert (schema["$schema"], schema["$id"]) == (DIALECT, f"urn:trialproof:event:{row.name}")
    assert json.loads(schema_text(schema)) == schema


@EACH_ROW
@pytest.mark.requirement("P11-01")
def test_a_schema_says_what_the_register_says(row: EventType) -> None:
    schema = schema_of(row)
    fields = schema["$defs"][row.fact.__name__]["properties"]

    assert schema["x-ledgers"] == sorted(row.ledgers)
    assert (schema["x-blinding"], schema["x-retention"]) == (row.blinding.value, row.retention.value)
    assert schema["x-predicate"] == row.predicate
    assert {
        name: (field["x-kind"], field.get("x-size"), field.get("x-audience")) for name, field in fields.items()
    } == {field.name: (field.kind, field.size, field.audience) for field in row.fields}


@EACH_ENTRY
def test_a_golden_payload_is_valid(golden: Golden) -> None:
    validator(now(golden)).validate(payload_of(golden))


@EACH_ENTRY
def test_a_golden_entry_is_valid(golden: Golden) -> None:
    WHOLE.validate(json.loads(golden.entry))


@EACH_ENTRY
def test_a_broken_payload_is_refused_by_the_schema_as_the_reader_refuses_it(golden: Golden) -> None:
    name, payload = now(golden), payload_of(golden)

    for broken in spoiled(payload):
        assert not accepts(name, broken), broken
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(broken, known(name).fact, dec_hook=decode_hook)


def spoiled(payload: dict[str, Any]) -> Iterator[Any]:
    """The payload with each field missing, each of a type that none has, one too many, and no object at all."""
    for name in payload:
        yield {other: value for other, value in payload.items() if other != name}
        yield {**payload, name: 1.5}
        yield {**payload, name: {"unknown": 1}}
    yield {**payload, "colour": "red"}
    yield [payload]


def put(payload: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = deepcopy(payload)
    inner = changed
    *above, last = path.split(".")
    for name in above:
        inner = inner[name]
    inner[last] = value
    return changed


MEASURED = {"fact": "alt", "value": {"type": "measured", "quantity": {"unit": "[ULN]", "value": "1.50"}}}


@pytest.mark.parametrize("value", ["1.5e3", "NaN", "01.5", "+1", 1.5, "1,5", ""])
def test_a_number_is_decimal_text(value: Any) -> None:
    assert accepts("participant.fact_recorded.v1", MEASURED)
    assert not accepts("participant.fact_recorded.v1", put(MEASURED, "value.quantity.value", value))


@pytest.mark.parametrize("value", ["2027-3", "03/09/2027", "2027-03-09T00:00:00Z", "2027-W10-1", 2027])
def test_a_date_is_as_exact_as_known_and_no_other_form(value: Any) -> None:
    delegated = first_of("site.delegation_ended.v1")

    assert all(
        accepts("site.delegation_ended.v1", {**delegated, "ended": at}) for at in ("2027", "2027-03", "2027-03-09")
    )
    assert not accepts("site.delegation_ended.v1", {**delegated, "ended": value})


@pytest.mark.parametrize("value", ["2027-03-03T10:15:00+08:00", "2027-03-03T10:15:00[Asia/Shanghai]", "[UTC]"])
def test_a_claimed_time_has_offset_and_zone(value: str) -> None:
    corrected = first_of("adverse_event.awareness_corrected.v1")

    assert accepts("adverse_event.awareness_corrected.v1", {**corrected, "aware_at": "2027-03[Asia/Shanghai]"})
    assert not accepts("adverse_event.awareness_corrected.v1", {**corrected, "aware_at": value})


@pytest.mark.parametrize(
    ("field", "value"),
    [("size", 4096), ("audience", "safety"), ("ciphertext", "AAAA"), ("key", "AAAA"), ("nonce", None)],
)
def test_a_sealed_text_has_the_size_and_audience_of_its_field(field: str, value: Any) -> None:
    impact = first_of("unblinding.impact_assessed.v1")

    assert accepts("unblinding.impact_assessed.v1", impact)
    assert not accepts("unblinding.impact_assessed.v1", put(impact, f"explanation.{field}", value))


def test_a_sealed_text_that_may_be_missing_may_be_null_and_another_may_not() -> None:
    status = first_of("participant.vital_status_recorded.v1")
    impact = first_of("unblinding.impact_assessed.v1")

    assert accepts("participant.vital_status_recorded.v1", {**status, "explanation": None})
    assert not accepts("unblinding.impact_assessed.v1", {**impact, "explanation": None})


def test_an_entry_without_a_part_of_its_context_is_refused() -> None:
    entry = json.loads(GOLDEN[0].entry)

    for name in entry["body"]:
        assert not WHOLE.is_valid(put(entry, "body", {k: v for k, v in entry["body"].items() if k != name}))
    assert not WHOLE.is_valid(put(entry, "frame.colour", "red"))
