"""What a kind reader would let pass is refused: an entry is read as exactly what it says, or not at all."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.storage.codec import decode, encode_body
from domain.errors import DamagedLedgerError
from domain.participant.conduct_facts import VisitRecorded
from tests.codec.entries import context, entry_json, spelled

VISIT: tuple[str, dict[str, Any]] = ("participant.visit_recorded.v1", {"done": True, "visit": "V1"})
AE: tuple[str, dict[str, Any]] = (
    "adverse_event.coded.v1",
    {"code": "10019211", "dictionary": "MedDRA", "dictionary_version": "27.0"},
)
STATUS: tuple[str, dict[str, Any]] = (
    "participant.vital_status_recorded.v1",
    {"case": None, "date": "2027-02-28", "explanation": None, "source": "registry", "status": "dead"},
)
LAB: tuple[str, dict[str, Any]] = (
    "participant.fact_recorded.v1",
    {"fact": "creatinine", "value": {"quantity": {"unit": "mg/dL", "value": "1.50"}, "type": "measured"}},
)
DOSE: tuple[str, dict[str, Any]] = ("participant.treatment_given.v1", {"dose": 1, "randomisation_number": None})


def put(entry: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *folders, last = path.split(".")
    place = entry
    for folder in folders:
        place = place[folder]
    place[last] = value
    return entry


@pytest.mark.parametrize("given", [VISIT, AE, STATUS, LAB, DOSE], ids=lambda given: given[0])
def test_the_entries_to_be_spoiled_are_read_as_they_stand(given: tuple[str, dict[str, Any]]) -> None:
    assert decode(spelled(entry_json(*given)), given[0]).frame.position == 5


@pytest.mark.parametrize(
    ("given", "path", "value"),
    [
        (VISIT, "body.payload.arm", "A"),
        (VISIT, "body.colour", "red"),
        (VISIT, "frame.colour", "red"),
        (VISIT, "body.performer.age", 50),
        (VISIT, "body.payload.done", "yes"),
        (VISIT, "body.payload.done", 1),
        (VISIT, "body.payload.visit", 1),
        (VISIT, "body.payload.visit", ""),
        (VISIT, "body.payload.visit", None),
        (VISIT, "body.clock_reading", "2027-03-03T02:15:00.000000"),
        (VISIT, "body.clock_reading", 0),
        (VISIT, "body.occurred_at", "2027-03-03T10:15:00[Asia/Shanghai]"),
        (VISIT, "body.occurred_at", "2027-03-03T10:15:00+08:00"),
        (VISIT, "body.occurred_at", "2027-03-03T10:15:00+08:00[Asia/Nowhere]"),
        (VISIT, "body.occurred_at", "2027-03-03T10:15:00+08:00[Asia/Shanghai]\n"),
        (VISIT, "body.occurred_at", "2027-W10-3[Asia/Shanghai]"),
        (VISIT, "body.occurred_at", 0),
        (VISIT, "body.salt", "AAAA"),
        (VISIT, "body.event_id", "7"),
        (VISIT, "body.strength", "strong"),
        (VISIT, "frame.position", "5"),
        (VISIT, "frame.position", True),
        (VISIT, "frame.position", 5.0),
        (STATUS, "body.payload.date", 0),
        (STATUS, "body.payload.date", "2027-02-31"),
        (STATUS, "body.payload.date", "2027-02-28\n"),
        (STATUS, "body.payload.date", "2027-W10-1"),
        (STATUS, "body.payload.date", "\u0662\u0660\u0662\u0667"),
        (LAB, "body.payload.value.quantity.value", 1.5),
        (LAB, "body.payload.value.quantity.value", "1.5e3"),
        (LAB, "body.payload.value.quantity.value", "-0"),
        (LAB, "body.payload.value.quantity.value", "-0.00"),
        (LAB, "body.payload.value.quantity.value", "NaN"),
        (LAB, "body.payload.value.quantity.value", "Infinity"),
        (LAB, "body.payload.value.quantity.value", "01.5"),
        (LAB, "body.payload.value.quantity.value", "1.50\n"),
        (LAB, "body.payload.value.quantity.unit", "mg"[::-1]),
        (LAB, "body.payload.value.type", "guessed"),
        (DOSE, "body.payload.dose", "1"),
        (DOSE, "body.payload.dose", 1.0),
        (DOSE, "body.payload.dose", float("nan")),
        (DOSE, "body.payload.dose", True),
    ],
)
def test_an_entry_with_one_wrong_value_is_damaged(given: tuple[str, dict[str, Any]], path: str, value: Any) -> None:
    spoiled = spelled(put(entry_json(*given), path, value))

    with pytest.raises(DamagedLedgerError, match=given[0]):
        decode(spoiled, given[0])


@pytest.mark.parametrize("missing", ["visit", "done"])
def test_an_entry_that_lacks_a_field_is_damaged(missing: str) -> None:
    name, payload = VISIT
    entry = entry_json(name, {key: value for key, value in payload.items() if key != missing})

    with pytest.raises(DamagedLedgerError, match=missing):
        decode(spelled(entry), name)


def test_the_path_to_the_wrong_value_is_named() -> None:
    entry = put(entry_json(*STATUS), "body.payload.date", "2027-02-31")

    with pytest.raises(DamagedLedgerError, match=r"\$\.body\.payload\.date"):
        decode(spelled(entry), STATUS[0])


def test_an_entry_of_a_type_that_nobody_wrote_is_named_and_not_skipped() -> None:
    with pytest.raises(DamagedLedgerError, match=r"participant\.levitated\.v1"):
        decode(spelled(entry_json("participant.levitated.v1", {})), "participant.levitated.v1")


def test_an_entry_that_says_another_type_than_its_row_is_damaged() -> None:
    entry = put(entry_json(*VISIT), "frame.type", "participant.visit_recorded.v9")

    with pytest.raises(DamagedLedgerError, match=r"visit_recorded\.v9"):
        decode(spelled(entry), VISIT[0])


@pytest.mark.parametrize("data", [b"", b"{", b"null", b"[]", b'{"body":"\xff"}', b"[" * 65_000])
def test_bytes_that_are_no_entry_are_damaged(data: bytes) -> None:
    with pytest.raises(DamagedLedgerError):
        decode(data, VISIT[0])


def test_a_rule_nested_without_end_is_damaged() -> None:
    depth = 2_000
    rule: Any = '{"part":' * depth + '{"type":"judged"}' + ',"type":"not"}' * depth
    entry = entry_json("protocol.rule_coded.v1", {"criterion": "I1", "note": "n", "rule": "RULE", "rule_version": 1})

    with pytest.raises(DamagedLedgerError):
        decode(spelled(entry).replace(b'"RULE"', rule.encode()), "protocol.rule_coded.v1")


@settings(max_examples=300)
@given(at=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_is_read_as_another_entry_or_not_at_all_but_never_breaks_the_reader(at: int, bit: int) -> None:
    entry = bytearray(spelled(entry_json(*LAB)))
    entry[at % len(entry)] ^= 1 << bit

    try:
        found = decode(bytes(entry), LAB[0])
    except DamagedLedgerError:
        return
    assert json.loads(bytes(entry))["frame"]["position"] == found.frame.position


def test_times_are_written_with_six_digits_even_when_they_are_zero() -> None:
    written = encode_body(context(), VisitRecorded(done=True, visit="V1"))

    assert json.loads(written)["clock_reading"] == "2027-03-03T02:15:00.000000Z"


def test_the_hand_written_entry_is_the_one_the_codec_writes() -> None:
    by_hand = spelled(entry_json(*VISIT)["body"])

    assert encode_body(context(), VisitRecorded(done=True, visit="V1")) == by_hand
