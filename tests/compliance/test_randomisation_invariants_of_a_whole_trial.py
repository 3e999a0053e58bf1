"""Invariants of randomisation over a whole trial in a real store, by their numbers: order, replay, envelopes, feeds."""

from collections import defaultdict
from collections.abc import Generator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NoReturn, get_origin
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from adapters.keys.sealing import VaultSealing
from adapters.storage.ledger import EventStoreLedger
from adapters.storage.recorder import LedgerRecorder
from adapters.storage.sqlite import SqliteDialect
from adapters.wiring import LEDGER_FILE
from compliance.gate_table import EMERGENCY
from compliance.histories import AGGREGATES, Histories
from compliance.inquire import Inquire
from compliance.proofs.lists import reconcile, records_of
from compliance.proofs.tree import verify_inclusion
from compliance.randomiser import RandV1
from compliance.scope import visible
from domain import streams
from domain.allocation.facts import ListSealed, RandomisationCommitted, SlotDrawn
from domain.commands import COMMANDS
from domain.errors import DamagedLedgerError, InvalidInputError, Refusal
from domain.fields import SealedArmEnvelope
from domain.participant.facts import Allocated, Enrolled
from domain.randomisation.rand_v1 import slot_leaf, slot_nonce
from domain.record import Entry
from domain.unblinding.facts import ArmDisclosed
from projections.catalogue import PROJECTIONS
from projections.replay import replay
from tests.compliance.running_trial import decide_design, enrolled, open_trial
from tests.compliance.stores import NAMESPACE, Desk, open_desk

TRIAL, VAULT, ACCESS = "trial:T1", "vault:T1", "access:T1"
BROKEN = "002"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    """Two sites, two strata of six places, all of them allocated; the code broken for one participant."""
    with open_desk(tmp_path_factory.mktemp("whole")) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        for at in range(12):
            site = "01" if at % 3 else "02"
            number = enrolled(opened, stratum="AB"[at % 2], site=site)
            opened.send(f"coo{site}", "allocate", {"participant": number})
        reason = {"code": "suspected_reaction"}
        opened.send("inv01", "break_blind", {"participant": BROKEN, "channel": "investigator", "reason": reason})
        yield opened


@pytest.fixture
def fresh(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def entries(desk: Desk, ledger: str) -> Sequence[Entry]:
    return desk.store.ledger.page(ledger, limit=100_000)


def facts(desk: Desk, ledger: str, kind: type) -> list[Any]:
    return [entry.fact for entry in entries(desk, ledger) if isinstance(entry.fact, kind)]


def allocations(desk: Desk) -> list[Entry]:
    return [entry for entry in entries(desk, TRIAL) if isinstance(entry.fact, Allocated)]


def slot_of(desk: Desk, allocation: Entry) -> tuple[ListSealed, SlotDrawn]:
    """The list and the slot behind an allocation."""
    lists = {one.list_id: one for one in facts(desk, VAULT, ListSealed)}
    return next(
        (lists[streams.name_of(entry.frame.stream)], entry.fact)
        for entry in entries(desk, VAULT)
        if isinstance(entry.fact, SlotDrawn) and entry.fact.allocation == allocation.body.event_id
    )


def opened(desk: Desk, allocation: Entry, envelope: SealedArmEnvelope | None = None, **bound: Any) -> str:
    """The arm in an envelope, as bound to that allocation."""
    fact: Allocated = allocation.fact
    places: dict[str, Any] = {
        "trial": "T1",
        "event_id": allocation.body.event_id,
        "participant": streams.name_of(allocation.frame.stream),
        "list_root": fact.list_root,
    }
    authority = uuid5(NAMESPACE, f"look {allocation.frame.position}")
    return desk.store.ports.opens.arm(envelope or fact.envelope, authorised_by=authority, **places | bound)


def refused(desk: Desk, person: str, command: str, payload: dict[str, Any]) -> str:
    with pytest.raises(Refusal) as caught:
        desk.send(person, command, payload)
    return caught.value.code


@pytest.mark.requirement("P11-11")
def test_i2_every_allocation_follows_consent_signed_eligibility_stratum_facts_and_an_earlier_root(desk: Desk) -> None:
    trial = entries(desk, TRIAL)
    first_enrolment = min(entry.frame.position for entry in trial if isinstance(entry.fact, Enrolled))
    roots = {e.fact.root: e.frame.position for e in trial if isinstance(e.fact, RandomisationCommitted)}
    by_id = {entry.body.event_id: entry for entry in trial}

    for allocation in allocations(desk):
        own = desk.store.ledger.stream(allocation.frame.stream)
        kinds = [entry.frame.type.rpartition(".")[0] for entry in own]
        order = ["participant.consent_given", "participant.eligibility_decided", "participant.enrolled"]
        assert [kinds.index(kind) for kind in order] == sorted(kinds.index(kind) for kind in order)
        assert kinds.index("participant.enrolled") < kinds.index("participant.allocated")
        enrolled_as = next(entry for entry in own if isinstance(entry.fact, Enrolled))
        assert all(by_id[one].frame.position < enrolled_as.frame.position for one in enrolled_as.fact.stratum_facts)
        assert enrolled_as.fact.stratum_facts
        (signature,) = desk.store.ledger.stream(streams.signatures(allocation.frame.stream))
        assert signature.frame.position < enrolled_as.frame.position
        assert roots[allocation.fact.list_root] < first_enrolment


@pytest.mark.requirement("P11-11")
def test_i2_each_step_that_is_missing_refuses_enrolment_or_allocation(fresh: Desk) -> None:
    open_trial(fresh, cap=6)
    fresh.signs = False
    done = fresh.send("coo01", "open_screening_record", {"site": "01"})
    assert done.receipt is not None
    own = {"participant": streams.name_of(done.receipt.placed[0].stream)}
    codes = [refused(fresh, "coo01", "enrol", own), refused(fresh, "coo01", "allocate", own)]

    consent = {**own, "document": "ICF", "version": "1.0", "language": "zh", "informed_by": "inv01"}
    fresh.send("coo01", "record_consent", consent)
    codes.append(refused(fresh, "coo01", "enrol", own))
    fresh.send("coo01", "record_fact", {**own, "fact": "well", "value": {"type": "stated", "holds": True}})
    decided = fresh.send("inv01", "decide_eligibility", {**own, "eligible": True})
    codes.append(refused(fresh, "coo01", "enrol", own))
    fresh.sign_owed("inv01", decided, "T1")
    codes.append(refused(fresh, "coo01", "enrol", own))
    fresh.send("coo01", "record_fact", {**own, "fact": "stratum", "value": {"type": "chosen", "code": "A"}})
    codes.append(refused(fresh, "coo01", "allocate", own))

    assert len(codes) == 6
    assert codes[3:] == ["eligibility_not_signed", "no_stratum", "not_enrolled"]
    assert allocations(fresh) == []


def test_i2_without_a_declared_design_there_are_no_lists_to_enrol_on(fresh: Desk) -> None:
    decide_design(fresh, cap=6)

    assert refused(fresh, "maker", "seal_lists", {}) == "no_design_declared"
    assert facts(fresh, TRIAL, RandomisationCommitted) == facts(fresh, VAULT, ListSealed) == []


def never(*_: object) -> NoReturn:
    raise AssertionError("a replay asks neither a clock nor chance")


def test_i4_a_replay_of_the_whole_trial_gives_the_same_state_and_asks_neither_clock_nor_chance(desk: Desk) -> None:
    recorder = LedgerRecorder(SqliteDialect(desk.store.folder / LEDGER_FILE), never)
    ledger = EventStoreLedger(recorder, VaultSealing(desk.store.keys, never))
    try:
        live, again = Histories(desk.store.ledger), Histories(ledger)
        names = {e.frame.stream for name in (TRIAL, VAULT) for e in entries(desk, name)}
        known = [name for name in sorted(names) if streams.kind_of(name) in AGGREGATES]
        assert {streams.kind_of(name) for name in known} >= {"participant", "randomisation", "list", "design"}
        for name in known:
            assert again.load(name).aggregate == live.load(name).aggregate
        trial, vault = (ledger.page(name, limit=100_000) for name in (TRIAL, VAULT))
        for projection in PROJECTIONS.values():
            assert replay(projection, trial).view() == replay(projection, entries(desk, TRIAL)).view()
        assert reconcile(records_of("T1", trial, vault)).findings == ()
    finally:
        recorder.close()


def test_i4_every_slot_is_drawn_again_from_what_the_vault_holds_alone(desk: Desk) -> None:
    drawn = defaultdict[str, list[SlotDrawn]](list)
    for entry in entries(desk, VAULT):
        if isinstance(entry.fact, SlotDrawn):
            drawn[streams.name_of(entry.frame.stream)].append(entry.fact)

    for sealed in facts(desk, VAULT, ListSealed):
        for at, slot in enumerate(drawn[sealed.list_id]):
            again = RandV1().next_slot(sealed, "T1", drawn[sealed.list_id][:at], ())
            assert again == (slot.arm, slot.inputs)
    assert sum(map(len, drawn.values())) == 12


@pytest.mark.requirement("ST-02")
def test_i7_list_slot_leaf_and_opened_envelope_agree_for_every_allocation(desk: Desk) -> None:
    found = reconcile(records_of("T1", entries(desk, TRIAL), entries(desk, VAULT)))

    for allocation in allocations(desk):
        sealed, slot = slot_of(desk, allocation)
        assert opened(desk, allocation) == slot.arm == RandV1().slots(sealed, "T1")[slot.index - 1]
    assert len(found.slots) == 12
    assert all(slot.opens for slot in found.slots)


@pytest.mark.requirement("E6-08")
def test_i7_one_changed_bit_of_leaf_root_or_envelope_opens_nothing(desk: Desk) -> None:
    allocation = allocations(desk)[0]
    sealed, slot = slot_of(desk, allocation)
    nonce = slot_nonce(sealed.seed, "T1", sealed.label, slot.index - 1)
    leaf = slot_leaf("T1", sealed.label, slot.index - 1, slot.arm, nonce)
    envelope: SealedArmEnvelope = allocation.fact.envelope

    for at in range(len(envelope.ciphertext)):
        changed = bytearray(envelope.ciphertext)
        changed[at] ^= 1
        with pytest.raises(DamagedLedgerError):
            opened(desk, allocation, replace(envelope, ciphertext=bytes(changed)))
    other_root = f"{int(allocation.fact.list_root, 16) ^ 1:064x}"
    with pytest.raises(DamagedLedgerError):
        opened(desk, allocation, list_root=other_root)
    assert not verify_inclusion(leaf, 0, 1, (), bytes.fromhex(other_root))
    assert slot_leaf("T1", sealed.label, slot.index - 1, "x9", nonce) != leaf


@pytest.mark.requirement("E6-08")
def test_i8_no_envelope_of_the_trial_opens_as_that_of_another_participant_event_or_trial(desk: Desk) -> None:
    for one, other in combinations(allocations(desk), 2):
        with pytest.raises(DamagedLedgerError):
            opened(desk, one, other.fact.envelope)
    first = allocations(desk)[0]
    elsewhere: dict[str, Any] = {"trial": "T2", "event_id": UUID(int=1), "participant": "099"}
    for bound, other_place in elsewhere.items():
        with pytest.raises(DamagedLedgerError):
            opened(desk, first, **{bound: other_place})


@pytest.mark.requirement("E6-08")
def test_i10_all_envelopes_of_a_trial_have_one_length_and_share_no_key_nonce_or_commitment(desk: Desk) -> None:
    envelopes = [allocation.fact.envelope for allocation in allocations(desk)]

    assert {slot_of(desk, one)[1].arm for one in allocations(desk)} == {"x1", "x2"}
    assert {len(envelope.ciphertext) for envelope in envelopes} == {80}
    for part in ("ciphertext", "key", "nonce", "commitment"):
        assert len({getattr(envelope, part) for envelope in envelopes}) == len(envelopes) == 12


@pytest.mark.requirement("E6-08")
def test_i11_positions_and_stream_versions_of_what_blinded_readers_see_have_no_gap(desk: Desk) -> None:
    inquire = Inquire(desk.store.ports)
    for ledger in (TRIAL, ACCESS, "system"):
        seen = entries(desk, ledger)
        versions = defaultdict[str, list[int]](list)
        for entry in seen:
            versions[entry.frame.stream].append(entry.frame.version)
        assert [entry.frame.position for entry in seen] == list(range(1, len(seen) + 1))
        assert all(own == list(range(1, len(own) + 1)) for own in versions.values())
    reading = inquire.reading(desk.identity("stat"), "read_ledger", "T1")
    assert [entry.frame.position for entry in reading.entries] == list(range(1, reading.position + 1))


@pytest.mark.requirement("E6-08")
def test_i11_what_a_site_sees_of_its_participants_has_no_gap_in_any_stream_either(desk: Desk) -> None:
    for site in ("01", "02"):
        versions = defaultdict[str, list[int]](list)
        for entry in visible(entries(desk, TRIAL), frozenset({site})):
            if streams.kind_of(entry.frame.stream) in {"participant", "unblinding", "randomisation", "site"}:
                versions[entry.frame.stream].append(entry.frame.version)
        assert all(own == list(range(1, len(own) + 1)) for own in versions.values())


@pytest.mark.requirement("E6-06")
def test_i17_an_emergency_call_names_one_participant_and_discloses_that_one_alone(desk: Desk) -> None:
    reason = {"code": "suspected_reaction"}
    before = len(facts(desk, TRIAL, ArmDisclosed))

    for several in (["001", "003"], "001,003", "*", ""):
        payload = {"participant": several, "channel": "investigator", "reason": reason}
        with pytest.raises(InvalidInputError):
            desk.send("inv01", "break_blind", payload)
    with pytest.raises(InvalidInputError):
        desk.send("inv01", "break_blind", {"participants": ["001", "003"], "channel": "investigator", "reason": reason})

    assert len(facts(desk, TRIAL, ArmDisclosed)) == before
    invoked = [e for e in entries(desk, TRIAL) if e.frame.type.startswith("unblinding.invoked.")]
    assert [entry.fact.participant for entry in invoked] == [BROKEN]
    told = [e for e in entries(desk, TRIAL) if isinstance(e.fact, ArmDisclosed)]
    assert {entry.frame.stream for entry in told} == {entry.frame.stream for entry in invoked}


@pytest.mark.requirement("E6-06")
def test_i17_no_command_that_leads_to_an_arm_takes_more_than_one_participant_or_request() -> None:
    leading = {name for name in COMMANDS if name in EMERGENCY or name in {"disclose_arm", "trigger_susar_unblinding"}}

    assert "break_blind" in leading
    for name in leading:
        fields = COMMANDS[name].model_fields
        assert not {"participants", "requests", "cases", "sites"} & set(fields)
        for field in ("participant", "request", "case"):
            assert field not in fields or get_origin(fields[field].annotation) not in {tuple, list, set, frozenset}
