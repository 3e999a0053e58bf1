"""A verdict is a sentence that can be read aloud, and says how far it reaches."""

from dataclasses import replace

import pytest

from compliance.proofs.verify import HeldHead, Verdict, verify_ledger
from domain.errors import InvalidInputError
from tests.proofs.stored_ledger import LEDGER, head_of, honest, row

ROWS = honest(5)
HEAD = head_of(ROWS)
ROOT = HEAD.root.hex()


def held_at(size: int) -> HeldHead:
    return HeldHead(LEDGER, size, head_of(ROWS[:size]).root)


def verified(*held: HeldHead) -> Verdict:
    return verify_ledger(LEDGER, ROWS, HEAD, held=held)


def test_verified_ledger_is_told_in_one_line_with_its_level() -> None:
    assert verified().line() == f"verified, 5 entries, root {ROOT}, level L0, environment demonstration"


def test_one_entry_is_counted_as_one() -> None:
    verdict = verify_ledger(LEDGER, ROWS[:1], head_of(ROWS[:1]))

    assert verdict.line().startswith("verified, 1 entry, root ")


def test_held_head_is_told_in_the_line() -> None:
    assert "level L4 (held)," in verified(held_at(5)).line()


def test_first_bad_position_is_told_in_one_line() -> None:
    rows = [*ROWS[:2], replace(ROWS[2], stream="a\nverified"), *ROWS[3:]]

    line = verify_ledger(LEDGER, rows, HEAD).line()

    assert line == (
        "NOT verified, first bad position 3, frame_differs: The column stream says 'a\\nverified', the entry"
        " itself 'trial:DEMO-001/participant/001'. (2 entries read before it, environment demonstration)"
    )


def test_missing_head_is_told_without_a_position() -> None:
    line = verify_ledger(LEDGER, ROWS, None).line()

    assert line.startswith("NOT verified, no single position, head_missing: ")


def test_ledger_without_a_first_entry_has_an_unknown_environment() -> None:
    assert "environment unknown" in verify_ledger(LEDGER, [], None).line()


def test_level_l0_says_that_an_owner_of_the_database_is_not_detected() -> None:
    limits = verified().does_not_show

    assert limits[0] == (
        "Whether an owner of the database altered an entry and recomputed leaves, tree and head:"
        " without a held checkpoint or an anchor that is not detected."
    )
    assert limits[1:] == ("Whether what was typed is true.", "Acts that were never recorded.")


def test_head_held_of_an_earlier_size_covers_the_entries_up_to_it() -> None:
    verdict = verified(held_at(2), held_at(3))

    assert "an entry after position 3 " in verdict.does_not_show[0]
    assert "At size 3 the ledger has the root that was held outside it." in verdict.shows


def test_head_held_of_the_whole_ledger_leaves_truth_and_silence() -> None:
    assert verified(held_at(5)).does_not_show == (
        "Whether what was typed is true.",
        "Acts that were never recorded.",
    )


def test_no_verdict_uses_the_word_that_means_nothing() -> None:
    altered = [replace(one, leaf=bytes(32)) for one in ROWS]
    unreadable = [row(1, content=b'{"a":"\n"}')]
    verdicts = [
        verified(),
        verified(held_at(5)),
        verify_ledger(LEDGER, altered, HEAD),
        verify_ledger(LEDGER, unreadable, head_of(unreadable)),
        verify_ledger(LEDGER, ROWS, None),
        verify_ledger(LEDGER, ROWS[:3], HEAD),
    ]

    for verdict in verdicts:
        assert "valid" not in " ".join((verdict.line(), *verdict.shows, *verdict.does_not_show)).lower()
        assert verdict.shows
        assert "Acts that were never recorded." in verdict.does_not_show


def test_held_head_is_read_as_it_is_printed() -> None:
    text = f"{LEDGER}=5:{ROOT}"

    held = HeldHead.parse(text)

    assert held == HeldHead(LEDGER, 5, HEAD.root)
    assert str(held) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"=5:{ROOT}",
        f"{LEDGER}=0:{ROOT}",
        f"{LEDGER}=05:{ROOT}",
        f"{LEDGER}=-5:{ROOT}",
        f"{LEDGER}=\u0665:{ROOT}",
        f"{LEDGER}=5:{ROOT[:-2]}",
        f"{LEDGER}=5:{'AB' * 32}",
        f"{LEDGER}=5:{ROOT}\n",
        f"{LEDGER} =5:{ROOT}",
        f"{LEDGER}:{ROOT}",
    ],
)
def test_text_that_is_no_held_head_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        HeldHead.parse(text)

    assert refused.value.code == "bad_held_head"
    assert "LEDGER=SIZE:ROOT" in refused.value.next_step
