"""An entry is a body with a frame: canonical as a whole, and taken apart without reading the body."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from time import tzset
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.proofs.canonical import is_plain_text, read_canonical
from compliance.proofs.entry import (
    ENTRY_SCHEMA,
    MAX_ENTRY_BYTES,
    body_of,
    frame_entry,
    frame_of,
    read_recorded_at,
    recorded_at_text,
)
from domain.errors import DamagedLedgerError, InvalidInputError
from domain.record import Frame

SEAM = ',"frame":{'
MOMENT = datetime(2027, 3, 3, 10, 15, tzinfo=UTC)

hostile = st.lists(
    st.sampled_from([SEAM, '"', "\\", "{", "}", "}}", ",", ":", "frame", '{"body":', "\n", "\x7f", "é", "a"]),
    max_size=8,
).map("".join)
ids = (hostile | st.text()).filter(is_plain_text)
numbers = st.integers(1, 2**53 - 1)
moments = st.datetimes(min_value=datetime(2, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (Hypothesis adds the zone)
values = st.recursive(
    ids | st.integers(-5, 5) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ids | st.just("frame"), inner, max_size=3),
)
bodies = st.dictionaries(ids | st.just("frame"), values, max_size=4)


frames = st.builds(
    Frame,
    ledger=ids,
    position=numbers,
    recorded_at=moments,
    schema=st.just(ENTRY_SCHEMA),
    stream=ids,
    type=ids,
    version=numbers,
)
SEAMS = Frame(ledger=SEAM, position=1, recorded_at=MOMENT, schema=ENTRY_SCHEMA, stream=SEAM, type=SEAM, version=1)


def entry_of(body: bytes = b"{}", **changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "ledger": "trial:DEMO-001",
        "position": 7,
        "recorded_at": MOMENT,
        "stream": "trial:DEMO-001/participant/007",
        "type_name": "dose.given.v1",
        "version": 2,
    }
    return frame_entry(body, **{**fields, **changes})


def test_entry_has_exactly_the_documented_bytes() -> None:
    assert entry_of(b'{"event_id":"e1"}') == (
        b'{"body":{"event_id":"e1"},"frame":{"ledger":"trial:DEMO-001","position":7,'
        b'"recorded_at":"2027-03-03T10:15:00.000000Z","schema":"trialproof.entry.v1",'
        b'"stream":"trial:DEMO-001/participant/007","type":"dose.given.v1","version":2}}'
    )


@given(tree=bodies, frame=frames)
@example(tree={"frame": {"frame": {}}}, frame=SEAMS)
def test_whatever_body_and_ids_hold_the_entry_is_canonical_and_comes_apart_again(
    tree: dict[str, Any], frame: Frame
) -> None:
    body = rfc8785.dumps(tree)

    entry = frame_entry(
        body,
        ledger=frame.ledger,
        position=frame.position,
        recorded_at=frame.recorded_at,
        stream=frame.stream,
        type_name=frame.type,
        version=frame.version,
    )

    assert entry == rfc8785.dumps(json.loads(entry))
    assert read_canonical(entry) == json.loads(entry)
    assert body_of(entry) == body
    assert frame_of(entry) == frame


@given(body=st.binary(max_size=60) | hostile.map(str.encode), stream=hostile)
def test_body_is_sliced_back_byte_for_byte_even_where_it_is_no_json(body: bytes, stream: str) -> None:
    assert body_of(entry_of(body, stream=stream)) == body


def test_time_of_another_zone_is_recorded_in_utc_with_six_digits() -> None:
    shanghai = timezone(timedelta(hours=8))

    entry = entry_of(recorded_at=datetime(2027, 3, 3, 18, 15, 0, 7, tzinfo=shanghai))

    assert b'"recorded_at":"2027-03-03T10:15:00.000007Z"' in entry
    assert frame_of(entry).recorded_at == datetime(2027, 3, 3, 10, 15, 0, 7, tzinfo=UTC)


@pytest.fixture
def _machine_in_shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    tzset()
    yield
    monkeypatch.undo()
    tzset()


@pytest.mark.usefixtures("_machine_in_shanghai")
def test_zone_of_the_machine_changes_no_recorded_time() -> None:
    assert recorded_at_text(MOMENT) == "2027-03-03T10:15:00.000000Z"
    assert read_recorded_at("2027-03-03T10:15:00.000000Z") == MOMENT


@given(moments)
def test_a_recorded_time_is_read_back_and_sorts_as_its_text(moment: datetime) -> None:
    assert read_recorded_at(recorded_at_text(moment)) == moment
    assert (recorded_at_text(moment) < recorded_at_text(MOMENT)) == (moment < MOMENT)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"recorded_at": datetime(2027, 3, 3)}, "naive_time", "recorded_at"),  # noqa: DTZ001 (that is the case)
        ({"position": 0}, "number_below_one", "position"),
        ({"version": -1}, "number_below_one", "version"),
        ({"stream": "e\u0301"}, "text_not_nfc", "stream"),
        ({"ledger": "\ud83d"}, "text_not_nfc", "ledger"),
        ({"type_name": "\udc00"}, "text_not_nfc", "type"),
    ],
)
def test_a_frame_that_could_not_be_read_back_is_not_made(changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        entry_of(**changes)

    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.next_step


def test_an_entry_may_have_65535_bytes_and_not_one_more() -> None:
    room = MAX_ENTRY_BYTES - len(entry_of(b'""'))

    assert len(entry_of(b'"%b"' % (b"x" * room))) == MAX_ENTRY_BYTES
    with pytest.raises(InvalidInputError) as refused:
        entry_of(b'"%b"' % (b"x" * (room + 1)))
    assert refused.value.code == "entry_too_large"


ENTRY = entry_of(b'{"event_id":"e1"}')


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b'{"body":{},"frame":{}}',
        ENTRY[:-1],
        ENTRY[1:],
        ENTRY[:-1] + b" }",
        ENTRY + b"\n",
        ENTRY.replace(b'"position":7', b'"position": 7'),
        ENTRY.replace(b'"position":7', b'"position":0'),
        ENTRY.replace(b'"position":7', b'"position":true'),
        ENTRY.replace(b'"position":7', b'"position":7.0'),
        ENTRY.replace(b'"position":7', b'"position":"7"'),
        ENTRY.replace(b'"position":7', b'"position":7,"position":7'),
        ENTRY.replace(b'"version":2', b'"version":false'),
        ENTRY.replace(b'"version":2', b'"version":2,"witness":1'),
        ENTRY.replace(b',"version":2', b""),
        ENTRY.replace(b'"version":2', b'"version":2,"frame":{}'),
        ENTRY.replace(b"entry.v1", b"entry.v2"),
        ENTRY.replace(b"00.000000Z", b"00.000000+00:00"),
        ENTRY.replace(b"00.000000Z", b"00Z"),
        ENTRY.replace(b"00.000000Z", b"00.000000"),
        ENTRY.replace(b"2027-03-03", b"2027-02-30"),
        ENTRY.replace(b"2027-03-03T", b"2027-03-03 "),
        ENTRY.replace(b"2027-03-03T10:15:00.000000Z", b"0001-01-01T00:00:00.000000+23:00"),
        ENTRY.replace(b"dose", b"d\\u006fse"),
    ],
)
def test_a_frame_that_is_not_as_written_is_not_read(damaged: bytes) -> None:
    with pytest.raises(DamagedLedgerError) as refused:
        frame_of(damaged)

    assert refused.value.next_step


@pytest.mark.parametrize("bytes_", [b"", b"{}", b'{"body":{}}', ENTRY[:-1], b" " + ENTRY])
def test_no_body_is_sliced_out_of_something_else(bytes_: bytes) -> None:
    with pytest.raises(DamagedLedgerError, match="not a body with a frame"):
        body_of(bytes_)
