"""What an auditor reads: one plain sentence for each kind of finding."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from compliance.proofs.entry import MAX_ENTRY_BYTES
from compliance.proofs.verify import HeldHead, verify_ledger
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

ROWS = honest(5)
HEAD = head_of(ROWS)
ZERO = HeldHead(LEDGER, 3, bytes(32))
LATER = HeldHead(LEDGER, 9, bytes(32))
TYPES = {"ledger.opened.v1", "dose.given.v1"}


def changed(position: int, **columns: Any) -> list[Row]:
    rows = list(ROWS)
    rows[position - 1] = replace(rows[position - 1], **columns)
    return rows


def next_row(**fields: Any) -> list[Row]:
    return [*ROWS, row(6, **fields)]


def agreeing_on_time(text: str) -> list[Row]:
    one = with_entry(ROWS[1], ROWS[1].entry.replace(ROWS[1].recorded_at.encode(), text.encode()))
    return [ROWS[0], replace(one, recorded_at=text)]


IN_ROWS: list[tuple[list[Row], str, str]] = [
    ([*ROWS[:2], *ROWS[3:]], "position_missing", "Position 3 is missing: 4 comes after position 2."),
    (ROWS[1:], "position_missing", "Position 1 is missing: 2 comes at the beginning."),
    ([*ROWS[:2], *ROWS[1:]], "position_repeated", "Position 2 is there twice."),
    (
        changed(3, leaf=bytes(32)),
        "leaf_differs",
        "The bytes of the entry do not give its stored leaf: one of the two was altered.",
    ),
    (
        [*ROWS[:2], with_entry(ROWS[2], bytes(MAX_ENTRY_BYTES + 1))],
        "entry_too_large",
        "The entry has 65536 bytes; an entry has at most 65535.",
    ),
    (
        changed(3, ledger="trial:X"),
        "other_ledger",
        "The row belongs to the ledger 'trial:X', not to 'trial:DEMO-001'.",
    ),
    (
        changed(3, stream="x" * 200),
        "frame_differs",
        f"The column stream says '{'x' * 119}, the entry itself 'trial:DEMO-001/participant/001'.",
    ),
    (
        changed(3, type="dose.missed.v1"),
        "frame_differs",
        "The column type says 'dose.missed.v1', the entry itself 'dose.given.v1'.",
    ),
    (changed(3, version=2), "frame_differs", "The column version says 2, the entry itself 1."),
    (
        changed(3, recorded_at="2027-03-03T10:15:00.000000Z"),
        "frame_differs",
        "The column recorded_at says '2027-03-03T10:15:00.000000Z', the entry itself '2027-03-03T10:18:00.000000Z'.",
    ),
    (
        [*ROWS[:2], replace(ROWS[3], position=3)],
        "frame_differs",
        "The column position says 3, the entry itself 4.",
    ),
    (
        [*ROWS[:2], with_entry(ROWS[2], ROWS[2].entry.replace(b"DEMO-001", b"DEMO-002"))],
        "frame_differs",
        "The column ledger says 'trial:DEMO-001', the entry itself 'trial:DEMO-002'.",
    ),
    (
        [*ROWS[:2], with_entry(ROWS[2], b"{}")],
        "entry_unreadable",
        "The frame of an entry cannot be read. It is not a body with a frame.",
    ),
    (
        [*ROWS[:2], with_entry(ROWS[2], ROWS[2].entry.replace(b"entry.v1", b"entry.v2"))],
        "entry_unreadable",
        "The frame of an entry cannot be read. It does not have the fields that trialproof.entry.v1 has.",
    ),
    (
        next_row(content=b'{"event_id":1.5}'),
        "entry_unreadable",
        "The body of the entry cannot be read. The number 1.5 is not an integer.",
    ),
    (
        agreeing_on_time("yesterday"),
        "entry_unreadable",
        "The recorded time 'yesterday' is not spelled in UTC with six digits and Z.",
    ),
    (
        next_row(type_name="ledger.opened.v1"),
        "not_opened",
        "A ledger begins with ledger.opened.v1 and holds it once; this entry is 'ledger.opened.v1'.",
    ),
    (next_row(type_name="dose.lost.v1"), "type_unknown", "The type 'dose.lost.v1' is not registered."),
    (
        next_row(minutes=0),
        "time_runs_back",
        "It was recorded at 2027-03-03T10:15:00.000000Z, before the entry that stands before it.",
    ),
    (
        next_row(version=7),
        "version_out_of_order",
        "The stream 'trial:DEMO-001/participant/001' is at version 7 where 2 should follow.",
    ),
    (
        next_row(content=body(6, event_id_of(3))),
        "event_id_repeated",
        f"An entry before has the id '{event_id_of(3)}'.",
    ),
    (next_row(content=b"{}"), "event_id_missing", "The body of the entry has no event id."),
    (
        [row(1, content=canonical({"event_id": "e", "payload": {}}))],
        "environment_missing",
        "The first entry says neither production nor demonstration.",
    ),
    ([], "not_opened", "The ledger has no entry, not even the one that opens it."),
]

AT_THE_END: list[tuple[list[Row], Head | None, Sequence[HeldHead], str, str]] = [
    (ROWS, None, (), "head_missing", "The ledger has 5 entries and no head."),
    (ROWS[:3], HEAD, (), "tail_missing", "The head counts 5 entries, but they end at position 3."),
    (
        ROWS,
        head_of(ROWS[:3]),
        (),
        "tail_added",
        "The head counts 3 entries, but they go on to position 5.",
    ),
    (
        ROWS,
        replace(HEAD, frontier=b""),
        (),
        "head_damaged",
        "The head cannot be read. A frontier of size 5 cannot have 0 bytes.",
    ),
    (
        ROWS,
        replace(HEAD, root=bytes(32)),
        (),
        "head_damaged",
        "The root and the frontier of the head contradict each other.",
    ),
    (
        [*ROWS[:4], row(5, content=body(5, "another"))],
        HEAD,
        (),
        "root_differs",
        "The entry 5 is not the one that the head covers.",
    ),
    (
        ROWS,
        HEAD,
        (ZERO, HeldHead(LEDGER, 2, head_of(ROWS[:2]).root)),
        "held_differs",
        f"The entry 3 is not the one behind the held head {ZERO}.",
    ),
    (ROWS, HEAD, (ZERO,), "held_differs", f"One of the entries 1 to 3 is not the one behind the held head {ZERO}."),
    (
        ROWS,
        HEAD,
        (LATER,),
        "held_cut_back",
        f"The ledger was cut back: it ends at position 5, before the held head {LATER}.",
    ),
]


@pytest.mark.parametrize(("rows", "kind", "sentence"), IN_ROWS)
def test_finding_in_a_row_is_told_in_a_plain_sentence(rows: list[Row], kind: str, sentence: str) -> None:
    verdict = verify_ledger(LEDGER, rows, head_of(rows), known_types=TYPES)

    assert (verdict.ledger, verdict.kind, verdict.sentence) == (LEDGER, kind, sentence)


@pytest.mark.parametrize(("rows", "head", "held", "kind", "sentence"), AT_THE_END)
def test_finding_at_the_end_is_told_in_a_plain_sentence(
    rows: list[Row], head: Head | None, held: Sequence[HeldHead], kind: str, sentence: str
) -> None:
    verdict = verify_ledger(LEDGER, rows, head, held=held)

    assert (verdict.ledger, verdict.kind, verdict.sentence) == (LEDGER, kind, sentence)
