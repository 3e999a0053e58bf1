"""What a command line may hold, and the code of everything it may not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.envelope import MAX_BYTES, read_envelope
from domain.errors import InvalidInputError
from domain.participant.screening import RecordFact

LINE: dict[str, Any] = {
    "command": "record_fact",
    "command_id": "0f5f5f8e-7a52-4d3a-9a0d-0c2a4f1b9d11",
    "occurred_at": "2027-03-01T09:00:00+08:00[Asia/Shanghai]",
    "performer": {"person": "u1"},
    "payload": {
        "participant": "001",
        "fact": "sledai",
        "value": {"type": "measured", "quantity": {"value": "12", "unit": "{score}"}},
    },
}


def written(**changes: Any) -> bytes:
    return json.dumps({**LINE, **changes}).encode()


def with_payload(**changes: Any) -> bytes:
    return written(payload={**LINE["payload"], **changes})


def refusal_of(raw: bytes) -> tuple[str, str]:
    with pytest.raises(InvalidInputError) as error:
        read_envelope(raw)
    return error.value.code, error.value.field


def test_a_good_line_is_read_into_its_typed_command() -> None:
    envelope = read_envelope(written())

    assert isinstance(envelope.command, RecordFact)
    assert envelope.correlation == envelope.command_id
    assert envelope.performer is not None
    assert envelope.performer.person == "u1"


def test_what_an_id_stands_for_does_not_depend_on_spaces_or_order() -> None:
    turned = json.dumps(dict(reversed(LINE.items())), indent=3).encode()

    assert read_envelope(turned).canonical == read_envelope(written()).canonical
    assert read_envelope(with_payload(fact="alt")).canonical != read_envelope(written()).canonical


def test_an_envelope_shows_which_command_it_is_and_nothing_that_was_submitted() -> None:
    assert repr(read_envelope(written())) == f"Envelope(record_fact, {LINE['command_id']})"


def test_a_line_may_leave_time_performer_and_correlation_out() -> None:
    raw = json.dumps({key: LINE[key] for key in ("command", "command_id", "payload")}).encode()

    envelope = read_envelope(raw)

    assert (envelope.occurred_at, envelope.performer) == (None, None)


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (written(extra=1), "unknown_field", "extra"),
        (with_payload(extra=1), "unknown_field", "payload.extra"),
        (with_payload(initials="AB"), "identifying_field", "payload.initials"),
        (with_payload(birth_date="1980-01-01"), "identifying_field", "payload.birth_date"),
        (with_payload(participant=7), "wrong_type", "payload.participant"),
        (with_payload(participant="7"), "bad_form", "payload.participant"),
        (with_payload(value={"type": "stated", "holds": "yes"}), "bad_fact_value", "payload.value"),
        (with_payload(value={"type": "stated", "holds": 1}), "bad_fact_value", "payload.value"),
        (with_payload(value={"type": "dated", "date": 0}), "bad_fact_value", "payload.value"),
        (with_payload(value={"type": "dated", "date": "2027-02-31"}), "bad_fact_value", "payload.value"),
        (
            with_payload(value={"type": "measured", "quantity": {"value": "1", "unit": "stone"}}),
            "bad_fact_value",
            "payload.value",
        ),
        (written(occurred_at="2027-03-01T09:00:00"), "bad_time", "occurred_at"),
        (written(occurred_at="2027-03-01T09:00:00+08:00"), "bad_time", "occurred_at"),
        (written(occurred_at="2027-03-01T09:00:00+07:00[Asia/Shanghai]"), "wrong_offset", "occurred_at"),
        (written(occurred_at="2027-02-30[Asia/Shanghai]"), "bad_time", "occurred_at"),
        (written(occurred_at=0), "bad_time", "occurred_at"),
        (written(occurred_at="2027-03-01[Nowhere/City]"), "bad_time", "occurred_at"),
        (written(command="stop_recording"), "unknown_command", "command"),
        (written(command_id="1"), "wrong_type", "command_id"),
        (json.dumps({"command": "x"}).encode(), "missing_field", "command_id"),
        (b"[]", "wrong_type", ""),
        (b"{", "not_json", ""),
        (b"\xff\xfe", "not_utf8", ""),
        (written().replace(b'"12"', b"12.5"), "float", ""),
        (written().replace(b'"12"', b"NaN"), "float", ""),
        (written().replace(b'"12"', b"9007199254740992"), "too_large_number", ""),
        (written().replace(b'"12"', b"9" * 5_000), "too_large_number", ""),
        (written().replace(b'"sledai"', b'"\\ud800"'), "unpaired_surrogate", ""),
        (written()[:-1] + b', "command": "enrol"}', "duplicate_key", ""),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep", ""),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_large", ""),
        (b"[" * 50_000 + b"]" * 50_000, "too_deep", ""),
        (b" " * (MAX_BYTES + 1), "too_large", ""),
        (with_payload(reason={"code": "x", "text": "  "}), "blank_text", "payload.reason.text"),
        (with_payload(reason={"code": "x", "text": "e\u0301"}), "not_nfc", "payload.reason.text"),
        (with_payload(reason={"code": "x", "text": "a\u0007b"}), "control_character", "payload.reason.text"),
        (with_payload(reason={"code": "x", "text": "ä" * 511}), "text_too_long", "payload.reason.text"),
    ],
)
def test_bad_input_is_refused_with_its_code_and_the_path_of_the_field(raw: bytes, code: str, field: str) -> None:
    assert refusal_of(raw) == (code, field)


@given(st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
def test_no_bytes_whatever_raise_anything_but_an_input_error(raw: bytes) -> None:
    with pytest.raises(InvalidInputError):
        read_envelope(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    )
)
def test_no_value_in_a_field_raises_anything_but_an_input_error(value: Any) -> None:
    for raw in (
        with_payload(value=value),
        written(occurred_at=value),
        written(performer=value),
        written(payload=value),
    ):
        assert outcome_of(raw) != ""


def outcome_of(raw: bytes) -> str:
    try:
        return read_envelope(raw).command.NAME
    except InvalidInputError as error:
        return error.code
