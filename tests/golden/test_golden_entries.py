"""Whatever a version of the product wrote is read for ever, and today's forms are written as they were."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.storage.codec import current_type, decode, decode_payload, encode_body, encode_payload
from compliance.proofs.canonical import read_canonical
from compliance.proofs.entry import body_of, frame_entry
from compliance.proofs.tree import leaf_hash
from domain.catalogue import event_type, event_types
from domain.fields import SealedFact
from domain.participant.facts import ScreeningOpened
from domain.record import Entry
from domain.upcasts import STEPS, current_name
from projections.catalogue import PROJECTIONS
from projections.fold import State, folded
from projections.replay import replay
from tests.golden.corpus import DIGESTS, HERE, LEAVES, Golden, digest_of, golden_entries, golden_files, read_sums
from tests.golden.make import main, write
from tests.golden.sources import Found

GOLDEN = list(golden_entries())
NAMES = {golden.name for golden in GOLDEN}
CURRENT = {row.name for row in event_types()}
EACH = pytest.mark.parametrize("golden", GOLDEN, ids=[f"{golden.name}:{golden.line}" for golden in GOLDEN])


def read(golden: Golden) -> Entry:
    return decode(golden.entry, golden.name)


def of_the_trial() -> list[Entry]:
    entries = [read(golden) for golden in GOLDEN]
    of_trial = [entry for entry in entries if entry.frame.ledger.startswith("trial:")]
    return sorted(of_trial, key=lambda entry: entry.frame.position)


@pytest.mark.requirement("P11-06")
def test_every_event_version_has_golden_entries() -> None:
    assert (CURRENT | set(STEPS)) - NAMES == set(), "run python -m tests.golden.make --new-types-only"


@pytest.mark.requirement("P11-06")
def test_every_event_version_that_was_ever_written_is_still_known() -> None:
    assert [name for name in sorted(NAMES) if current_name(name) is None] == []


@EACH
@pytest.mark.requirement("P11-06")
def test_a_golden_entry_is_read_as_the_type_it_was_stored_as(golden: Golden) -> None:
    entry = read(golden)

    expected = SealedFact if golden.opened is not None else current_type(golden.name).fact
    assert type(entry.fact) is expected
    assert entry.frame.type == golden.name
    assert entry.frame.ledger.partition(":")[0] in current_type(golden.name).ledgers


@EACH
@pytest.mark.requirement("P11-04")
def test_the_leaf_hash_of_a_golden_entry_is_the_one_recorded_with_it(golden: Golden) -> None:
    assert leaf_hash(golden.entry) == golden.leaf
    assert leaf_hash(golden.entry.replace(b'"body"', b'"Body"', 1)) != golden.leaf


@EACH
def test_a_golden_entry_is_canonical(golden: Golden) -> None:
    read_canonical(golden.entry)


@pytest.mark.parametrize("golden", [one for one in GOLDEN if one.name in CURRENT], ids=lambda one: one.name)
def test_a_golden_entry_in_a_form_of_today_is_written_again_as_the_same_bytes(golden: Golden) -> None:
    entry = read(golden)
    frame = entry.frame

    body = encode_body(entry.body, entry.fact)
    again = frame_entry(
        body,
        ledger=frame.ledger,
        position=frame.position,
        recorded_at=frame.recorded_at,
        stream=frame.stream,
        type_name=frame.type,
        version=frame.version,
    )

    assert body == body_of(golden.entry)
    assert again == golden.entry


@pytest.mark.parametrize(
    "golden", [one for one in GOLDEN if one.opened and event_type(one.name)], ids=lambda one: one.name
)
def test_an_opened_vault_payload_is_read_and_written_again_as_the_same_bytes(golden: Golden) -> None:
    assert golden.opened is not None

    fact = decode_payload(golden.opened, golden.name)

    assert type(fact) is current_type(golden.name).fact
    assert encode_payload(fact) == golden.opened


def test_every_vault_type_has_its_payloads_opened_and_no_other_type() -> None:
    opened = {current_type(golden.name).name for golden in GOLDEN if golden.opened is not None}

    assert opened == {row.name for row in event_types() if row.is_sealed_whole}


@pytest.mark.requirement("P11-06")
def test_a_screening_written_before_re_screenings_were_linked_is_read_as_one_without_an_earlier_number() -> None:
    old = [golden for golden in GOLDEN if golden.name == "participant.screening_opened.v1"]

    assert old
    for golden in old:
        stored: dict[str, Any] = json.loads(golden.entry)["body"]["payload"]
        assert read(golden).fact == ScreeningOpened(number=stored["number"], previous=None, site=stored["site"])
        assert set(stored) == {"number", "site"}


@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=PROJECTIONS)
def test_every_fold_takes_the_golden_entries_of_the_trial_in_any_order(projection: type[State]) -> None:
    entries = of_the_trial()

    state = replay(projection, entries)
    backwards = folded(projection.start(), reversed(entries))

    assert len(entries) > len(CURRENT) / 2
    assert state.view() is not None
    assert backwards.view() is not None


def test_no_golden_file_was_changed_since_its_digest_was_taken() -> None:
    assert {name: digest_of(name) for name in golden_files()} == read_sums(HERE / DIGESTS)


def some(*entries: bytes) -> Sequence[Found]:
    return [Found(entry) for entry in entries]


def test_a_frozen_file_is_never_written_over(tmp_path: Path) -> None:
    write(tmp_path, {"participant.flew.v1": some(b"{}")})

    with pytest.raises(FileExistsError):
        write(tmp_path, {"participant.flew.v1": some(b"[]")})
    with pytest.raises(SystemExit):
        main([], tmp_path)

    assert (tmp_path / "entries/participant.flew.v1.jsonl").read_bytes() == b"{}\n"


def test_new_files_leave_the_digests_and_leaves_of_older_ones_as_they_were(tmp_path: Path) -> None:
    write(tmp_path, {"participant.flew.v1": some(b"{}", b"[]")})
    before = read_sums(tmp_path / DIGESTS)
    (tmp_path / "entries/participant.flew.v1.jsonl").write_bytes(b"{}\n{}\n")

    write(tmp_path, {"participant.landed.v1": some(b"{}")})

    after = read_sums(tmp_path / DIGESTS)
    assert after.items() > before.items()
    assert after["entries/participant.flew.v1.jsonl"] != digest_of("entries/participant.flew.v1.jsonl", tmp_path)
    assert set(read_sums(tmp_path / LEAVES)) == {
        "participant.flew.v1.jsonl:1",
        "participant.flew.v1.jsonl:2",
        "participant.landed.v1.jsonl:1",
    }


def test_nothing_is_made_where_every_event_version_is_there() -> None:
    assert main(["--new-types-only"]) == "Every event version has its golden entries already."
