"""A package is handed over once the rules say yes, under a named entry, and read again by its recipient alone."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from compliance.release_package import Source
from domain import streams
from domain.access.facts import RecordRead
from domain.allocation.facts import ListSealed, SlotDrawn
from domain.errors import DamagedLedgerError, NotFoundError, Refusal
from domain.release.facts import InterimApproved, RandomisationRevealed, ReleaseRecorded
from tests.compliance.stores import Desk
from tests.release.release_story import (
    RECIPIENT,
    TRIAL,
    before_the_lock,
    delivered,
    lock,
    made,
    positions_of,
    releases,
    reveal,
    revealed,
    trial_with_allocations,
    with_interim,
)
from tests.release.tampering_with_packages import read


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with trial_with_allocations(tmp_path, "AAB") as opened:
        yield opened


def unwraps(desk: Desk) -> list[Any]:
    return desk.store.keys.log()


def last(desk: Desk, stream: str, kind: type) -> Any:
    return [entry for entry in desk.store.ledger.stream(stream) if isinstance(entry.fact, kind)][-1]


def looks(desk: Desk) -> list[Any]:
    entries = desk.store.ledger.page(streams.access_ledger(TRIAL), limit=1000)
    return [entry for entry in entries if isinstance(entry.fact, RecordRead)]


def test_no_key_leaves_the_store_before_two_officers_revealed(desk: Desk) -> None:
    before_the_lock(desk)
    lock(desk)
    known = len(unwraps(desk))

    with pytest.raises(Refusal) as nobody_asked:
        made(desk)
    desk.send("officer1", "request_reveal", {"recipients": [RECIPIENT]})
    with pytest.raises(Refusal) as not_confirmed:
        made(desk)

    assert (nobody_asked.value.code, not_confirmed.value.code) == ("not_a_recipient", "not_a_recipient")
    assert len(unwraps(desk)) == known


def test_i21_keys_come_out_after_the_reveal_and_quote_it(desk: Desk) -> None:
    revealed(desk)
    known = len(unwraps(desk))

    package = read(delivered(desk).data)

    event = last(desk, streams.reveal(TRIAL), RandomisationRevealed).body.event_id
    taken = unwraps(desk)[known:]
    assert [row.authorised_by for row in taken] == [event] * 3
    assert [row["arm"] for row in package["allocations"]] == [
        slot.arm for slot in sorted(drawn(desk), key=lambda slot: str(slot.participant))
    ]


def drawn(desk: Desk) -> list[SlotDrawn]:
    entries = desk.store.ledger.page(streams.vault_ledger(TRIAL), limit=1000)
    return [entry.fact for entry in entries if isinstance(entry.fact, SlotDrawn)]


def test_only_an_officer_hands_it_over_and_only_to_whom_the_reveal_names(desk: Desk) -> None:
    revealed(desk)

    with pytest.raises(Refusal) as no_officer:
        releases(desk).planned(desk.identity("stat"), TRIAL, RECIPIENT)
    with pytest.raises(Refusal) as not_named:
        made(desk, "med")

    assert (no_officer.value.code, not_named.value.code) == ("not_allowed", "not_a_recipient")


@pytest.mark.requirement("E6-18", "EMA-07")
def test_i19_what_was_delivered_is_read_by_its_recipient_alone_and_each_look_is_an_event(desk: Desk) -> None:
    revealed(desk, RECIPIENT, "med")
    package = delivered(desk)
    before = len(looks(desk))

    again = [releases(desk).read(desk.identity(RECIPIENT), TRIAL) for _ in range(2)]

    assert [one.data for one in again] == [package.data, package.data]
    seen = looks(desk)[before:]
    assert [(entry.body.actor, entry.fact.what) for entry in seen] == [(RECIPIENT, "release-package")] * 2
    assert {row.authorised_by for row in unwraps(desk)[-3:]} == {seen[-1].body.event_id}
    for other in ("med", "inv01", "officer1"):
        with pytest.raises(NotFoundError):
            releases(desk).read(desk.identity(other), TRIAL)
    with pytest.raises(Refusal):
        releases(desk).read(desk.identity("admin"), TRIAL)


def test_a_package_that_is_not_the_one_recorded_is_not_shown(desk: Desk) -> None:
    revealed(desk)
    handover = made(desk)
    desk.send("officer1", handover.command, {**handover.payload, "digest": "ab" * 32})

    with pytest.raises(DamagedLedgerError):
        releases(desk).read(desk.identity(RECIPIENT), TRIAL)


def test_nothing_of_a_package_shows_in_a_trace(desk: Desk) -> None:
    revealed(desk)
    handover = made(desk)

    assert repr(handover) == "Handover(concealed)"
    assert repr(handover.package) == "Package(concealed)"
    assert repr(Source(TRIAL, "demonstration", (), bytes, (), b"", ())) == "Source(concealed)"


def handed_to_the_committee(desk: Desk) -> Any:
    handover = releases(desk).interim(desk.identity("officer1"), TRIAL, "IA1")
    desk.send("officer1", handover.command, handover.payload)
    return handover.package


def test_an_interim_package_holds_arms_up_to_its_cut_off_and_nothing_that_foretells_one(desk: Desk) -> None:
    cut_off = positions_of(desk)[1]
    with_interim(desk, up_to=cut_off)

    package = handed_to_the_committee(desk)

    held = read(package.data)
    arms = {slot.participant: slot.arm for slot in drawn(desk)}
    assert [(row["participant"], row["arm"], row["stratum"]) for row in held["allocations"]] == [
        ("001", arms["001"], "A"),
        ("002", arms["002"], "A"),
    ]
    assert held["ledger"]["size"] == cut_off
    assert {row["arm"]: row["label"] for row in held["arms"]} == {"x1": "first of two", "x2": "the other one"}
    sealed = [e.fact for e in desk.store.ledger.page(streams.vault_ledger(TRIAL)) if isinstance(e.fact, ListSealed)]
    text = package.data.decode()
    assert not {"seed", "key", "slots", "versions", "index", "method", "parameters"} & set(held)
    assert all(one.seed.hex() not in text and one.list_id not in text for one in sealed)


def test_its_envelopes_are_opened_under_the_approval_that_completed_it(desk: Desk) -> None:
    with_interim(desk, up_to=positions_of(desk)[-1])
    known = len(unwraps(desk))

    handed_to_the_committee(desk)

    approval = last(desk, streams.interim(TRIAL, "IA1"), InterimApproved).body.event_id
    assert [row.authorised_by for row in unwraps(desk)[known:]] == [approval] * 3


def test_no_envelope_is_opened_for_an_interim_package_that_nobody_approved(desk: Desk) -> None:
    known = len(unwraps(desk))

    with pytest.raises(Refusal) as refused:
        releases(desk).interim(desk.identity("officer1"), TRIAL, "IA1")

    assert refused.value.code == "no_such_interim"
    assert len(unwraps(desk)) == known


def test_the_committees_statistician_alone_reads_it_again(desk: Desk) -> None:
    with_interim(desk, up_to=positions_of(desk)[-1])
    package = handed_to_the_committee(desk)

    again = releases(desk).read_interim(desk.identity("committee"), TRIAL, "IA1")

    assert again.data == package.data
    assert looks(desk)[-1].fact == RecordRead(scope="IA1", what="interim-package")
    with pytest.raises(NotFoundError):
        releases(desk).read_interim(desk.identity("committee"), TRIAL, "IA2")
    with pytest.raises(NotFoundError):
        releases(desk).read(desk.identity("committee"), TRIAL)
    for other in ("stat", "officer1", "maker"):
        with pytest.raises(Refusal):
            releases(desk).read_interim(desk.identity(other), TRIAL, "IA1")


def test_the_trial_ledger_shows_no_digest_at_which_a_guess_could_be_tried(desk: Desk) -> None:
    with_interim(desk, up_to=positions_of(desk)[-1])
    package = handed_to_the_committee(desk)
    revealed(desk)
    planned = delivered(desk)

    stored = desk.store.ledger.stored_page(streams.trial_ledger(TRIAL), limit=1000)

    assert not any(one.digest.encode() in entry.entry for one in (package, planned) for entry in stored)
    kept = [e.fact.digest for e in desk.store.ledger.stream(streams.released_lists(TRIAL))]
    assert kept == [package.digest, planned.digest]
    assert isinstance(last(desk, streams.released_lists(TRIAL), ReleaseRecorded).fact, ReleaseRecorded)


def test_a_second_reveal_names_further_recipients_and_each_has_an_own_package(desk: Desk) -> None:
    revealed(desk)
    first = delivered(desk)
    reveal(desk, "med")

    second = delivered(desk, "med")

    assert (read(first.data)["recipient"], read(second.data)["recipient"]) == (RECIPIENT, "med")
    assert first.digest != second.digest
