"""Whoever alters a stored ledger is found out at the first position that he touched."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.proofs.entry import MAX_ENTRY_BYTES
from compliance.proofs.verify import HeldHead, Verdict, verify_ledger
from tests.proofs.stored_ledger import (
    LEDGER,
    Head,
    Row,
    body,
    canonical,
    event_id_of,
    head_of,
    honest,
    row,
    with_entry,
)

SIZE = 13
ROWS = honest(SIZE)
HEAD = head_of(ROWS)


def judged(rows: Sequence[Row], head: Head | None = HEAD, *held: HeldHead) -> Verdict:
    return verify_ledger(LEDGER, iter(rows), head, held=held, known_types={"ledger.opened.v1", "dose.given.v1"})


def held_at(size: int) -> HeldHead:
    return HeldHead(LEDGER, size, head_of(ROWS[:size]).root)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8, 9, 64, 65])
def test_honest_ledger_is_verified_with_size_root_and_environment(size: int) -> None:
    rows = honest(size)
    head = head_of(rows)

    verdict = judged(rows, head)

    assert verdict.ok
    assert (verdict.ledger, verdict.entries, verdict.size, verdict.root) == (LEDGER, size, size, head.root.hex())
    assert (verdict.level, verdict.environment, verdict.first_bad) == ("L0", "demonstration", None)


# Each of these alters row k of the table and nothing else; the head stays as it was.
ALTERATIONS: dict[str, tuple[Callable[[Row], Row], str]] = {
    "first byte": (lambda one: replace(one, entry=b"[" + one.entry[1:]), "leaf_differs"),
    "last byte": (lambda one: replace(one, entry=one.entry[:-1] + b"]"), "leaf_differs"),
    "text": (lambda one: replace(one, entry=one.entry.replace(b'"salt":"0', b'"salt":"1')), "leaf_differs"),
    "space": (lambda one: replace(one, entry=one.entry.replace(b":", b": ", 1)), "leaf_differs"),
    "leaf": (lambda one: replace(one, leaf=bytes(32)), "leaf_differs"),
    "short leaf": (lambda one: replace(one, leaf=one.leaf[:31]), "leaf_differs"),
    "no entry": (lambda one: replace(one, entry=b""), "leaf_differs"),
    "no entry, with leaf": (lambda one: with_entry(one, b""), "entry_unreadable"),
    "space, with leaf": (
        lambda one: with_entry(one, one.entry.replace(b'"salt":', b'"salt": ')),
        "entry_unreadable",
    ),
    "space in the frame, with leaf": (
        lambda one: with_entry(one, one.entry.replace(b'"version":', b'"version": ')),
        "entry_unreadable",
    ),
    "too large, with leaf": (lambda one: with_entry(one, bytes(MAX_ENTRY_BYTES + 1)), "entry_too_large"),
    "ledger column": (lambda one: replace(one, ledger="trial:OTHER"), "other_ledger"),
    "stream column": (lambda one: replace(one, stream=LEDGER + "/site/01"), "frame_differs"),
    "stream column, not a text": (lambda one: replace(one, stream="e\u0301"), "frame_differs"),
    "version column": (lambda one: replace(one, version=one.version + 1), "frame_differs"),
    "version column zero": (lambda one: replace(one, version=0), "frame_differs"),
    "type column": (lambda one: replace(one, type="dose.missed.v1"), "frame_differs"),
    "time column": (lambda one: replace(one, recorded_at="2027-03-03T10:15:00.000000Z"), "frame_differs"),
    "time column, not a time": (lambda one: replace(one, recorded_at="yesterday"), "frame_differs"),
    "position column": (lambda one: replace(one, position=one.position + 1000), "position_missing"),
    "frame of another ledger, with leaf": (
        lambda one: with_entry(one, one.entry.replace(b"DEMO-001", b"DEMO-002")),
        "frame_differs",
    ),
    "frame of another position, with leaf": (
        lambda one: with_entry(one, one.entry.replace(b'"position":', b'"position":9')),
        "frame_differs",
    ),
}


@pytest.mark.requirement("P11-04", "EMA-15")
@pytest.mark.parametrize("position", range(1, SIZE + 1))
@pytest.mark.parametrize("kind", ALTERATIONS)
def test_one_altered_row_is_named_by_its_position(kind: str, position: int) -> None:
    alter, expected = ALTERATIONS[kind]
    rows = list(ROWS)
    rows[position - 1] = alter(rows[position - 1])

    verdict = judged(rows)

    assert not verdict.ok
    assert (verdict.first_bad, verdict.kind) == (position, expected)
    assert (verdict.entries, verdict.root) == (position - 1, head_of(ROWS[: position - 1]).root.hex())


@pytest.mark.requirement("P11-04")
@given(data=st.data())
def test_any_flipped_bit_of_any_entry_is_found_at_its_position(data: st.DataObject) -> None:
    position = data.draw(st.integers(1, SIZE))
    entry = bytearray(ROWS[position - 1].entry)
    bit = data.draw(st.integers(0, 8 * len(entry) - 1))
    entry[bit // 8] ^= 1 << bit % 8
    rows = list(ROWS)
    rows[position - 1] = replace(rows[position - 1], entry=bytes(entry))

    verdict = judged(rows)

    assert (verdict.first_bad, verdict.kind) == (position, "leaf_differs")


@pytest.mark.requirement("P11-04")
@given(data=st.data())
def test_any_flipped_bit_with_a_recomputed_leaf_is_found_before_the_end(data: st.DataObject) -> None:
    position = data.draw(st.integers(1, SIZE))
    entry = bytearray(ROWS[position - 1].entry)
    bit = data.draw(st.integers(0, 8 * len(entry) - 1))
    entry[bit // 8] ^= 1 << bit % 8
    rows = list(ROWS)
    rows[position - 1] = with_entry(rows[position - 1], bytes(entry))

    verdict = judged(rows)

    assert not verdict.ok
    assert verdict.first_bad == position or (verdict.kind == "root_differs" and verdict.first_bad is None)


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize("position", range(1, SIZE))
def test_deleted_row_leaves_a_gap_at_its_position(position: int) -> None:
    verdict = judged(ROWS[: position - 1] + ROWS[position:])

    assert (verdict.first_bad, verdict.kind) == (position, "position_missing")


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize("position", range(1, SIZE))
def test_deleted_row_is_found_although_the_rest_was_renumbered(position: int) -> None:
    rest = [replace(one, position=one.position - 1) for one in ROWS[position:]]

    verdict = judged(ROWS[: position - 1] + rest)

    assert (verdict.first_bad, verdict.kind) == (position, "frame_differs")


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize("position", range(2, SIZE))
def test_deleted_row_is_found_although_frames_leaves_and_head_were_made_anew(position: int) -> None:
    rest = [
        row(
            one.position - 1,
            content=body(one.position),
            minutes=one.position,
            stream=one.stream,
            version=one.version,
        )
        for one in ROWS[position:]
    ]
    rows = ROWS[: position - 1] + rest
    follower = next((one for one in rest if one.stream == ROWS[position - 1].stream), None)

    alone, with_held = judged(rows, head_of(rows)), judged(rows, head_of(rows), held_at(position))

    if follower is None:
        assert (alone.ok, with_held.kind) == (True, "held_differs")
    else:
        assert (alone.first_bad, alone.kind) == (follower.position, "version_out_of_order")
        assert not with_held.ok


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 5), (4, 13), (12, 13)])
def test_swapped_rows_are_found_at_the_first_of_the_two(first: int, second: int) -> None:
    moved = list(ROWS)
    moved[first - 1], moved[second - 1] = moved[second - 1], moved[first - 1]
    renumbered = [replace(one, position=at) for at, one in enumerate(moved, 1)]

    assert judged(moved).first_bad == first
    assert judged(renumbered).first_bad == first


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize("position", range(1, SIZE + 1))
def test_inserted_row_is_found_where_it_was_inserted(position: int) -> None:
    copied = [*ROWS[:position], ROWS[position - 1], *ROWS[position:]]
    renumbered = [replace(one, position=at) for at, one in enumerate(copied, 1)]

    assert (judged(copied).first_bad, judged(copied).kind) == (position, "position_repeated")
    assert (judged(renumbered).first_bad, judged(renumbered).kind) == (position + 1, "frame_differs")


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize("kept", range(SIZE))
def test_cut_tail_is_found_after_the_last_row_left(kept: int) -> None:
    verdict = judged(ROWS[:kept])

    assert (verdict.first_bad, verdict.kind, verdict.entries) == (kept + 1, "tail_missing", kept)


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize("kept", range(1, SIZE))
def test_cut_tail_with_an_older_head_is_found_by_a_held_head_only(kept: int) -> None:
    older = head_of(ROWS[:kept])

    assert judged(ROWS[:kept], older).level == "L0"
    verdict = judged(ROWS[:kept], older, held_at(SIZE))

    assert (verdict.first_bad, verdict.kind) == (kept + 1, "held_cut_back")
    assert str(held_at(SIZE)) in verdict.sentence


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize("position", range(1, SIZE))
def test_row_added_behind_the_head_is_found(position: int) -> None:
    verdict = judged(ROWS, head_of(ROWS[:position]))

    assert (verdict.first_bad, verdict.kind) == (position + 1, "tail_added")


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize(
    ("position", "between"),
    [
        (1, "One of the entries 1 to 8"),
        (8, "One of the entries 1 to 8"),
        (9, "One of the entries 9 to 12"),
        (13, "The entry 13"),
    ],
)
def test_entry_altered_together_with_its_leaf_is_narrowed_down_by_the_head(position: int, between: str) -> None:
    rows = list(ROWS)
    rows[position - 1] = with_entry(rows[position - 1], rows[position - 1].entry.replace(b'"salt":"0', b'"salt":"1'))

    verdict = judged(rows)

    assert (verdict.first_bad, verdict.kind) == (None, "root_differs")
    assert verdict.sentence == f"{between} is not the one that the head covers."


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize("position", range(1, SIZE + 1))
def test_history_recomputed_as_a_whole_is_found_by_a_held_head_only(position: int) -> None:
    rows = list(ROWS)
    rows[position - 1] = with_entry(rows[position - 1], rows[position - 1].entry.replace(b'"salt":"0', b'"salt":"1'))
    recomputed = head_of(rows)

    assert judged(rows, recomputed).ok
    verdict = judged(rows, recomputed, *(held_at(size) for size in range(SIZE, 0, -1)))

    assert (verdict.kind, verdict.level) == ("held_differs", "none")
    assert verdict.sentence == f"The entry {position} is not the one behind the held head {held_at(position)}."


def test_held_heads_of_this_ledger_raise_the_level_and_others_are_left_aside() -> None:
    stranger = HeldHead("trial:OTHER", 900, bytes(32))

    assert judged(ROWS, HEAD, stranger).level == "L0"
    assert judged(ROWS, HEAD, stranger, held_at(4), held_at(4)).level == "L4 (held)"


def test_two_heads_held_of_one_size_cannot_both_be_right() -> None:
    verdict = judged(ROWS, HEAD, held_at(4), HeldHead(LEDGER, 4, bytes(32)))

    assert (verdict.ok, verdict.kind) == (False, "held_differs")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (None, "head_missing"),
        (replace(HEAD, root=bytes(32)), "head_damaged"),
        (replace(HEAD, frontier=bytes(32) + HEAD.frontier[32:]), "head_damaged"),
        (replace(HEAD, frontier=HEAD.frontier[1:]), "head_damaged"),
        (replace(HEAD, frontier=b""), "head_damaged"),
    ],
)
def test_head_that_is_absent_or_contradicts_itself_is_found(head: Head | None, kind: str) -> None:
    verdict = judged(ROWS, head)

    assert (verdict.ok, verdict.first_bad, verdict.kind) == (False, None, kind)


def appended(**changes: Any) -> list[Row]:
    """Let a dishonest writer append one entry: leaf and head fit, the order does not."""
    return [*ROWS, row(SIZE + 1, **changes)]


def opening(payload: object) -> bytes:
    return canonical({"event_id": "event-1", "payload": payload})


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize(
    ("rows", "position", "kind"),
    [
        (appended(minutes=SIZE - 1), SIZE + 1, "time_runs_back"),
        (appended(version=4), SIZE + 1, "version_out_of_order"),
        (appended(version=6), SIZE + 1, "version_out_of_order"),
        (appended(stream="new", version=2), SIZE + 1, "version_out_of_order"),
        (appended(content=body(SIZE + 1, event_id_of(3))), SIZE + 1, "event_id_repeated"),
        (appended(content=b'{"payload":{}}'), SIZE + 1, "event_id_missing"),
        (appended(content=b'{"event_id":7}'), SIZE + 1, "event_id_missing"),
        (appended(content=b"[]"), SIZE + 1, "event_id_missing"),
        (appended(content=b'{"event_id":"e","event_id":"f"}'), SIZE + 1, "entry_unreadable"),
        (appended(content=b'{"event_id":"e","x":NaN}'), SIZE + 1, "entry_unreadable"),
        (appended(content=b'{"event_id":"e","x":0.5}'), SIZE + 1, "entry_unreadable"),
        (appended(content=b'{"event_id":"e","x":9007199254740992}'), SIZE + 1, "entry_unreadable"),
        (appended(content='{"event_id":"e\u0301"}'.encode()), SIZE + 1, "entry_unreadable"),
        (appended(content=b'{"event_id":"\\ud83d"}'), SIZE + 1, "entry_unreadable"),
        (appended(content=b'{"event_id":"e"},"frame":{}'), SIZE + 1, "entry_unreadable"),
        (appended(type_name="dose.guessed.v1"), SIZE + 1, "type_unknown"),
        (appended(type_name="ledger.opened.v1"), SIZE + 1, "not_opened"),
        ([row(1, type_name="dose.given.v1")], 1, "not_opened"),
        ([], 1, "not_opened"),
        ([row(1, content=opening({}))], 1, "environment_missing"),
        ([row(1, content=opening({"environment": "test"}))], 1, "environment_missing"),
        ([row(1, content=opening("production"))], 1, "environment_missing"),
        ([row(2)], 1, "position_missing"),
        ([replace(row(1), position=0)], 1, "position_missing"),
        ([row(1, ledger="trial:OTHER")], 1, "other_ledger"),
    ],
)
def test_entry_that_breaks_the_order_of_a_ledger_is_found_although_leaf_and_head_fit(
    rows: list[Row], position: int, kind: str
) -> None:
    verdict = judged(rows, head_of(rows))

    assert (verdict.first_bad, verdict.kind) == (position, kind)


def test_recorded_time_that_is_no_time_is_found_although_frame_and_column_agree() -> None:
    bad = with_entry(ROWS[1], ROWS[1].entry.replace(ROWS[1].recorded_at.encode(), b"2027-03-03T10:17:00Z"))
    rows = [ROWS[0], replace(bad, recorded_at="2027-03-03T10:17:00Z")]

    verdict = judged(rows, head_of(rows))

    assert (verdict.first_bad, verdict.kind) == (2, "entry_unreadable")


def test_types_are_judged_only_against_a_register() -> None:
    rows = appended(type_name="dose.guessed.v1")

    assert verify_ledger(LEDGER, rows, head_of(rows)).ok


def test_entry_of_the_largest_size_is_verified() -> None:
    content = canonical({"event_id": "large", "text": ""})
    room = MAX_ENTRY_BYTES - len(row(SIZE + 1, content=content).entry)
    rows = appended(content=canonical({"event_id": "large", "text": "x" * room}))

    assert len(rows[-1].entry) == MAX_ENTRY_BYTES
    assert judged(rows, head_of(rows)).ok


def test_equal_recorded_times_are_in_order() -> None:
    rows = appended(minutes=SIZE)

    assert judged(rows, head_of(rows)).ok


def test_production_is_said_as_such() -> None:
    rows = [row(1, content=opening({"environment": "production"}))]

    assert judged(rows, head_of(rows)).environment == "production"


def test_nothing_is_read_behind_the_first_bad_row() -> None:
    rows = iter([*ROWS[:3], *ROWS[4:]])

    verdict = verify_ledger(LEDGER, rows, HEAD)

    assert verdict.first_bad == 4
    assert next(rows) == ROWS[5]
