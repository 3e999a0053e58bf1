"""Commit, then reveal, over a real store: nobody chooses a list by trying, and a new design leaves old slots alone."""

from collections.abc import Generator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from compliance.proofs.lists import reconcile, records_of
from domain import streams
from domain.allocation.facts import ListSealed, RandomisationCommitted, SealedDesign, SeedShare, SlotDrawn
from domain.errors import Refusal
from domain.participant.facts import Allocated
from domain.randomisation.rand_v1 import share_commitment
from domain.record import Entry
from tests.compliance.running_trial import decide_design, enrolled, open_trial, seal_lists
from tests.compliance.stores import Desk, open_desk

ARMS = [{"arm": "x1", "label": "first of two"}, {"arm": "x2", "label": "the other one"}]
DESIGN: dict[str, Any] = {
    "arms": ARMS,
    "method": "permuted_blocks",
    "parameters": [{"name": "sizes", "values": ["3", "6"]}],
}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    """Decided in public; a second and a third unblinding officer."""
    with open_desk(tmp_path) as opened:
        decide_design(opened, cap=6)
        opened.hire("third", "unblinding_officer")
        yield opened


def share_of(person: str, version: int = 1) -> bytes:
    return sha256(f"share {version} of {person}".encode()).digest()


def commit(desk: Desk, person: str, version: int = 1) -> None:
    bound = share_commitment("T1", version, person, share_of(person, version)).hex()
    desk.send(person, "commit_seed_share", {"commitment": bound})


def reveal(desk: Desk, person: str, share: bytes | None = None) -> None:
    desk.send(person, "reveal_seed_share", {"share": (share or share_of(person)).hex()})


def refused(desk: Desk, person: str, command: str, payload: dict[str, Any]) -> tuple[str, str]:
    """Code and rule of a refusal that left no entry in trial or vault."""
    before = [desk.size(name) for name in ("trial:T1", "vault:T1")]
    with pytest.raises(Refusal) as caught:
        desk.send(person, command, payload)
    assert [desk.size(name) for name in ("trial:T1", "vault:T1")] == before
    return caught.value.code, caught.value.rule


def reveal_refused(desk: Desk, person: str, share: bytes) -> tuple[str, str]:
    return refused(desk, person, "reveal_seed_share", {"share": share.hex()})


def commit_refused(desk: Desk, person: str) -> tuple[str, str]:
    return refused(desk, person, "commit_seed_share", {"commitment": "0" * 64})


def page(desk: Desk, ledger: str) -> list[Entry]:
    return list(desk.store.ledger.page(ledger, limit=10_000))


def vault(desk: Desk, kind: type) -> list[Any]:
    return [entry.fact for entry in page(desk, "vault:T1") if isinstance(entry.fact, kind)]


@pytest.mark.requirement("ST-02")
def test_nothing_is_sealed_or_committed_to_before_the_design_is_declared(desk: Desk) -> None:
    assert commit_refused(desk, "maker") == ("no_design_declared", "design-before-seed")
    assert reveal_refused(desk, "maker", share_of("maker")) == ("no_design_declared", "design-before-seed")
    assert refused(desk, "maker", "seal_lists", {}) == ("no_design_declared", "design-before-seed")


@pytest.mark.requirement("ST-02")
def test_no_share_is_seen_before_two_have_committed(desk: Desk) -> None:
    desk.send("maker", "declare_design", DESIGN)

    early = reveal_refused(desk, "maker", share_of("maker"))
    commit(desk, "maker")
    alone = reveal_refused(desk, "maker", share_of("maker"))

    assert early == alone == ("shares_incomplete", "commit-before-reveal")
    assert vault(desk, SeedShare) == []


@pytest.mark.requirement("ST-02")
def test_a_third_officer_has_no_part_and_nobody_has_two(desk: Desk) -> None:
    desk.send("maker", "declare_design", DESIGN)
    commit(desk, "maker")

    twice = commit_refused(desk, "maker")
    commit(desk, "seeder")
    third = commit_refused(desk, "third")
    foreign = reveal_refused(desk, "third", share_of("maker"))

    assert twice == ("same_person", "seed-of-two-distinct-officers")
    assert third == ("shares_complete", "seed-of-two-distinct-officers")
    assert foreign == ("share_not_committed", "commit-before-reveal")


@pytest.mark.requirement("ST-02")
def test_an_altered_or_foreign_share_is_refused_and_the_right_one_is_taken_once(desk: Desk) -> None:
    desk.send("maker", "declare_design", DESIGN)
    for person in ("maker", "seeder"):
        commit(desk, person)
    changed = bytearray(share_of("maker"))
    changed[0] ^= 1

    altered = reveal_refused(desk, "maker", bytes(changed))
    foreign = reveal_refused(desk, "maker", share_of("seeder"))
    reveal(desk, "maker")
    again = reveal_refused(desk, "maker", share_of("maker"))

    assert altered == foreign == ("share_not_committed", "commit-before-reveal")
    assert again == ("same_person", "reveals-once")
    assert [(share.officer, share.share) for share in vault(desk, SeedShare)] == [("maker", share_of("maker"))]


@pytest.mark.requirement("ST-02")
def test_lists_are_sealed_with_both_shares_only_and_once(desk: Desk) -> None:
    desk.send("maker", "declare_design", DESIGN)
    codes = [refused(desk, "maker", "seal_lists", {})]
    for person in ("maker", "seeder"):
        commit(desk, person)
    codes.append(refused(desk, "maker", "seal_lists", {}))
    reveal(desk, "seeder")
    codes.append(refused(desk, "maker", "seal_lists", {}))
    reveal(desk, "maker")

    desk.send("maker", "seal_lists", {})
    again = refused(desk, "maker", "seal_lists", {})

    assert set(codes) == {("shares_incomplete", "seed-of-two-distinct-officers")}
    assert again == ("no_design_declared", "design-before-seed")
    assert len(vault(desk, ListSealed)) == 2
    assert reconcile(records_of("T1", page(desk, "trial:T1"), page(desk, "vault:T1"))).findings == ()


@pytest.mark.requirement("ST-02")
def test_a_design_that_is_changed_after_the_shares_takes_new_shares(desk: Desk) -> None:
    desk.send("maker", "declare_design", DESIGN)
    for person in ("maker", "seeder"):
        commit(desk, person)
        if person == "seeder":
            reveal(desk, "maker")

    other = {**DESIGN, "parameters": [{"name": "sizes", "values": ["6"]}]}
    desk.send("maker", "declare_design", other)

    assert refused(desk, "maker", "seal_lists", {}) == ("shares_incomplete", "seed-of-two-distinct-officers")
    assert reveal_refused(desk, "seeder", share_of("seeder")) == ("shares_incomplete", "commit-before-reveal")
    for person in ("seeder", "third"):
        commit(desk, person, version=2)
    assert reveal_refused(desk, "seeder", share_of("seeder")) == ("share_not_committed", "commit-before-reveal")
    for person in ("seeder", "third"):
        reveal(desk, person, share_of(person, 2))
    desk.send("maker", "seal_lists", {})
    assert [design.version for design in vault(desk, SealedDesign)] == [1, 2]
    assert {sealed.version for sealed in vault(desk, ListSealed)} == {2}
    assert reconcile(records_of("T1", page(desk, "trial:T1"), page(desk, "vault:T1"))).findings == ()


@pytest.mark.requirement("ST-02")
def test_a_decision_that_changes_the_strata_after_the_shares_overtakes_the_design(desk: Desk) -> None:
    desk.send("maker", "declare_design", DESIGN)
    for person in ("maker", "seeder"):
        commit(desk, person)
    for person in ("maker", "seeder"):
        reveal(desk, person)
    strata = [{"code": code, "label": code, "definition": code, "cap": 9} for code in ("A", "B")]
    settings = {"ratio": [2, 1], "strata": strata, "zone": "Asia/Shanghai", "planned_enrolment": 18}
    desk.send("stat", "propose_decision", {"question": "D2", "choice": "9", "rationale": "more", "settings": settings})
    for person in ("med", "lead"):
        desk.send(person, "approve_decision", {"question": "D2"})

    assert refused(desk, "maker", "seal_lists", {}) == ("design_overtaken", "lists-follow-the-design")


@pytest.mark.requirement("ST-02", "P11-11")
def test_i26_a_new_design_after_allocations_is_a_new_version_and_every_old_slot_stays(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        open_trial(desk, cap=6)
        first = [enrolled(desk) for _ in range(3)]
        for number in first:
            desk.send("coo01", "allocate", {"participant": number})
        waiting = enrolled(desk)
        before, committed = vault(desk, SlotDrawn), vault(desk, ListSealed)

        seal_lists(desk, ARMS, {"method": "simple"}, version=2)
        desk.send("coo01", "allocate", {"participant": waiting})

        after = [entry for entry in page(desk, "vault:T1") if isinstance(entry.fact, SlotDrawn)]
        assert [entry.fact for entry in after[:3]] == before
        assert vault(desk, ListSealed)[:2] == committed
        public = [entry.fact for entry in page(desk, "trial:T1") if isinstance(entry.fact, RandomisationCommitted)]
        assert [fact.version for fact in public] == [1, 2]
        assert public[0].root != public[1].root
        told = [entry for entry in page(desk, "trial:T1") if isinstance(entry.fact, Allocated)]
        assert [entry.fact.list_root for entry in told] == [public[0].root] * 3 + [public[1].root]
        assert after[3].fact.index == 1
        assert streams.name_of(after[3].frame.stream) in {row.list_id for row in public[1].strata}
        assert reconcile(records_of("T1", page(desk, "trial:T1"), page(desk, "vault:T1"))).findings == ()
