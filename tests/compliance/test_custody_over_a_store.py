"""Escrow, erasure and disclosure over a real store: what the ledger says is what the key store did."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from msgspec.structs import replace as altered

from adapters import vault
from adapters.custody_look import look, look_at
from adapters.keys.escrow import OfficersPart
from adapters.live_checks import KNOWN_TYPES
from adapters.render import body_html, render
from adapters.wiring import KEY_STORE_FILE
from adapters.wiring import look_at as look_at_file
from compliance.gate import Identity
from compliance.histories import Histories
from compliance.inquire import NOW, Disclosure, Inquire
from compliance.proofs.unwraps import reconcile
from compliance.proofs.verify import verify_ledger
from compliance.reporting import Reporting, Request
from compliance.reports.catalogue import CATALOGUE
from compliance.reports.custody_log import custody_log
from compliance.system_scope import concerning
from domain import streams
from domain.allocation.facts import DisclosureRecorded
from domain.errors import DamagedLedgerError, InvalidInputError, NotFoundError
from domain.escrow.facts import CustodyChecked
from domain.participant.facts import Allocated
from domain.people.officers import Officers
from domain.record import Entry
from domain.unblinding.facts import ArmDisclosed
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

WHY = {"code": "asked", "text": "The participant asked for erasure in writing."}
BREAK: dict[str, Any] = {"channel": "investigator", "reason": {"code": "suspected_reaction"}}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as desk:
        open_trial(desk, cap=4)
        for person in ("off2", "off3"):
            desk.hire(person, "unblinding_officer")
        desk.hire("keeper", "key_custodian")
        yield desk


@pytest.fixture
def inquire(desk: Desk) -> Inquire:
    return Inquire(desk.store.ports)


def allocated(desk: Desk) -> str:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    return number


def ceremony(desk: Desk, **frame: Any) -> tuple[OfficersPart, ...]:
    parts = vault.make_parts("T1", officers(desk), desk.store.sources.randomness)
    desk.send(officers(desk)[0], "establish_escrow", dict(vault.established_by(parts)) | frame)
    return parts


def officers(desk: Desk) -> list[str]:
    seats = Histories(desk.store.ledger).load(streams.officers("T1")).of(Officers).seats
    return sorted(seat.person for seat in seats)


def broken(desk: Desk, number: str) -> str:
    done = desk.send("inv01", "break_blind", {**BREAK, "participant": number})
    assert done.receipt is not None
    return streams.name_of(done.receipt.placed[0].stream)


def spoilt(desk: Desk, sql: str) -> None:
    connection = connect(desk.store.folder / "keys" / KEY_STORE_FILE)
    with connection:
        connection.execute(sql)
    connection.close()


def entries(desk: Desk, ledger: str = "trial:T1") -> list[Entry]:
    return list(desk.store.ledger.page(ledger, limit=10_000))


def envelope_key(desk: Desk, number: str) -> bytes:
    (found,) = [e.fact.envelope.key for e in entries(desk) if e.frame.stream.endswith(number) and is_allocated(e)]
    assert isinstance(found, bytes)
    return found


def is_allocated(entry: Entry) -> bool:
    return isinstance(entry.fact, Allocated)


# disclosure through the key store


@pytest.mark.requirement("E6-06")
def test_i18_the_first_look_takes_the_key_out_for_the_disclosures_own_entry_and_later_looks_do_not_again(
    desk: Desk, inquire: Inquire
) -> None:
    number = allocated(desk)
    request = broken(desk, number)
    assert desk.store.keys.log() == []

    shown = [inquire.disclosure(desk.identity("inv01"), "T1", request) for _ in range(3)]

    (told,) = [e for e in entries(desk) if isinstance(e.fact, ArmDisclosed)]
    (row,) = desk.store.keys.log()
    assert len(set(shown)) == 1
    assert (row.key, row.authorised_by) == (envelope_key(desk, number), told.body.event_id)
    assert [e.fact.what for e in entries(desk, "access:T1") if e.frame.type == "record.read.v1"] == ["disclosure"] * 3
    found = reconcile(look(desk.store.ledger, desk.store.keys, "T1"), entries(desk), entries(desk, "access:T1"))
    assert found.gaps == 0
    assert [one.state for one in found.rows] == ["authorised"]


def test_i19_an_arm_is_disclosed_to_its_recipient_alone(desk: Desk, inquire: Inquire) -> None:
    desk.hire("inv09", "sub_investigator", ["01"])
    desk.hire("safe", "safety_unblinder")
    request = broken(desk, allocated(desk))

    for person in ("inv09", "safe"):
        with pytest.raises(NotFoundError):
            inquire.disclosure(desk.identity(person), "T1", request)

    assert desk.store.keys.log() == []


@pytest.mark.parametrize("spoil", ["arm", "nothing behind it", "envelope"])
def test_i7_a_vault_that_contradicts_the_envelope_is_damage_and_shows_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    number = allocated(desk)
    request = broken(desk, number)
    stream = desk.store.ledger.stream

    def exchanged(entry: Entry) -> Entry:
        fact = entry.fact
        if spoil == "arm" and isinstance(fact, DisclosureRecorded):
            fact = altered(fact, arm={"x1": "x2", "x2": "x1"}[fact.arm])
        if spoil == "nothing behind it" and isinstance(fact, ArmDisclosed):
            fact = altered(fact, vault_entry=UUID(int=1))
        if spoil == "envelope" and isinstance(fact, Allocated):
            changed = bytes([fact.envelope.ciphertext[0] ^ 1]) + fact.envelope.ciphertext[1:]
            fact = altered(fact, envelope=altered(fact.envelope, ciphertext=changed))
        return altered(entry, body=altered(entry.body, payload=fact))

    def read(name: str, *, after: int = 0) -> list[Entry]:
        return [exchanged(entry) for entry in stream(name, after=after)]

    monkeypatch.setattr(desk.store.ledger, "stream", read)

    with pytest.raises(DamagedLedgerError) as found:
        Inquire(desk.store.ports).disclosure(desk.identity("inv01"), "T1", request)

    assert not {"x1", "x2", "first of two", "the other one"} & set(str(found.value).split())


def test_i8_an_envelope_moved_to_another_participant_does_not_open(desk: Desk) -> None:
    first, second = allocated(desk), allocated(desk)
    (own,) = [e for e in entries(desk) if is_allocated(e) and e.frame.stream.endswith(first)]

    moves: list[dict[str, Any]] = [{"participant": second}, {"trial": "T2"}, {"event_id": UUID(int=1)}]
    moves.append({"list_root": "0" * 64})
    for elsewhere in moves:
        place: dict[str, Any] = {
            "trial": "T1",
            "event_id": own.body.event_id,
            "participant": first,
            "list_root": own.fact.list_root,
        }
        with pytest.raises(DamagedLedgerError):
            desk.store.ports.opens.arm(own.fact.envelope, **place | elsewhere, authorised_by=UUID(int=9))


# escrow


def test_allocations_before_the_ceremony_are_named_and_get_their_escrow_wrap_afterwards(desk: Desk) -> None:
    before = allocated(desk)
    with pytest.raises(NotFoundError, match="no escrow key"):
        vault.rewrap(desk.store.ledger, desk.store.keys, "T1")
    parts = ceremony(desk)
    after = allocated(desk)
    assert set(desk.store.keys.escrow_wraps()) == {envelope_key(desk, after)}

    assert vault.rewrap(desk.store.ledger, desk.store.keys, "T1") == 1

    wraps = desk.store.keys.escrow_wraps()
    assert set(wraps) == {envelope_key(desk, number) for number in (before, after)}
    assert {row.public.hex() for row in wraps.values()} == {parts[0].public_key}
    assert vault.rewrap(desk.store.ledger, desk.store.keys, "T1") == 0


class Opened(NamedTuple):
    authority: UUID
    found: vault.Lost


def recovered(desk: Desk, parts: tuple[OfficersPart, ...]) -> Opened:
    ledger, keys = desk.store.ledger, desk.store.keys
    wanted = vault.lost(ledger, keys, "T1")
    opening = {"keys": len(wanted), "officers": [part.officer for part in parts], "reason": WHY}
    done = desk.send(parts[0].officer, "open_escrow", opening)
    authority = vault.opening_of(ledger, "T1", done.placed[0][1])
    return Opened(authority, vault.recover(ledger, keys, "T1", parts, authorised_by=authority))


@pytest.mark.requirement("E6-08")
def test_two_officers_bring_back_what_the_root_has_lost_and_it_reconciles(desk: Desk, inquire: Inquire) -> None:
    parts = ceremony(desk)
    numbers = [allocated(desk) for _ in range(2)]
    request = broken(desk, numbers[0])
    spoilt(desk, "UPDATE wrapped_key SET wrapped = zeroblob(48) WHERE purpose = 'allocation'")
    with pytest.raises(DamagedLedgerError):
        inquire.disclosure(desk.identity("inv01"), "T1", request)

    opened = recovered(desk, (parts[1], parts[2]))

    assert opened.found == vault.Lost(restored=2, beyond=())
    assert inquire.disclosure(desk.identity("inv01"), "T1", request).participant == numbers[0]
    assert [(row.act, row.authorised_by == opened.authority) for row in desk.store.keys.log()] == [
        ("escrow", True),
        ("escrow", True),
        ("unwrap", False),
    ]
    found = reconcile(look(desk.store.ledger, desk.store.keys, "T1"), entries(desk), entries(desk, "access:T1"))
    assert found.gaps == 0


def test_what_was_lost_before_it_had_an_escrow_wrap_is_beyond_recovery_and_named(desk: Desk) -> None:
    number = allocated(desk)
    parts = ceremony(desk)
    spoilt(desk, "DELETE FROM wrapped_key WHERE purpose = 'allocation'")

    opened = recovered(desk, (parts[0], parts[2]))

    assert opened.found == vault.Lost(restored=0, beyond=(envelope_key(desk, number).hex(),))


def test_parts_are_checked_before_anything_is_recorded(desk: Desk) -> None:
    parts = ceremony(desk)

    with pytest.raises(InvalidInputError, match="Part 2 of "):
        vault.check_parts(desk.store.ledger, "T1", (parts[0], parts[1]._replace(value=bytes(32))))
    with pytest.raises(NotFoundError):
        vault.check_parts(desk.store.ledger, "T2", parts[:2])
    vault.check_parts(desk.store.ledger, "T1", parts[:2])


# erasure


@pytest.mark.requirement("E6-08")
def test_i20_after_a_participants_key_is_destroyed_words_are_gone_and_every_proof_stands(
    desk: Desk, inquire: Inquire
) -> None:
    number = allocated(desk)
    request = broken(desk, number)
    narrative = {"request": request, "narrative": "High fever in the night, study drug suspected."}
    done = desk.send("inv01", "record_unblinding_narrative", narrative)
    assert done.receipt is not None
    event = done.receipt.placed[0].event_id
    assert event is not None
    arm = inquire.disclosure(desk.identity("inv01"), "T1", request)
    assert "fever" in inquire.text(desk.identity("inv01"), "T1", event, "narrative")

    desk.send("keeper", "destroy_participant_key", {"participant": number, "reason": WHY})
    assert vault.destroy_ordered(desk.store.ledger, desk.store.keys, "T1") == 1

    with pytest.raises(NotFoundError):
        inquire.text(desk.identity("inv01"), "T1", event, "narrative")
    assert inquire.disclosure(desk.identity("inv01"), "T1", request) == arm
    with closing(look_at_file(desk.store.folder)) as file:
        names = list(desk.store.ledger.ledgers())
        verdicts = [verify_ledger(one, file.rows(one), file.head(one), known_types=KNOWN_TYPES) for one in names]
    assert [verdict.ledger for verdict in verdicts if not verdict.ok] == []
    assert vault.destroy_ordered(desk.store.ledger, desk.store.keys, "T1") == 0


def test_the_order_itself_stays_readable(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)
    desk.hire("aud", "auditor")
    done = desk.send("keeper", "destroy_participant_key", {"participant": number, "reason": WHY})
    vault.destroy_ordered(desk.store.ledger, desk.store.keys, "T1")
    assert done.receipt is not None
    event = done.receipt.placed[0].event_id
    assert event is not None

    assert inquire.text(desk.identity("aud"), "T1", event, "reason_text") == WHY["text"]


# the look, and the report


def test_a_look_knows_rows_of_other_trials_and_leaves_them_out_but_shows_nobodys(desk: Desk) -> None:
    number = allocated(desk)
    inquired = Inquire(desk.store.ports)
    inquired.disclosure(desk.identity("inv01"), "T1", broken(desk, number))
    stray = desk.store.keys.fresh_key("allocation")
    desk.store.keys.unwrap(stray.id, authorised_by=UUID(int=5))

    own, others = look(desk.store.ledger, desk.store.keys, "T1"), look(desk.store.ledger, desk.store.keys, "T9")

    assert [act.found_in for act in own[0].acts] == ["trial", None]
    assert [act.key for act in others[0].acts] == [stray.id.hex()]
    assert own[0].log_number == others[0].log_number == 2


def test_a_long_look_comes_in_parts(desk: Desk) -> None:
    for number in range(101):
        desk.store.keys.unwrap(desk.store.keys.fresh_key("drill").id, authorised_by=UUID(int=number))

    found = look_at(desk.store, "T1")

    assert [(fact.part, fact.parts, len(fact.acts)) for fact in found] == [(1, 2, 100), (2, 2, 1)]
    assert found[0].chain_holds


def test_a_log_that_does_not_follow_is_told_in_the_look(desk: Desk) -> None:
    desk.store.keys.unwrap(desk.store.keys.fresh_key("drill").id, authorised_by=UUID(int=1))
    spoilt(desk, "DROP TRIGGER unwraps_no_update")
    spoilt(desk, "UPDATE unwraps SET authorised_by = '00000000-0000-0000-0000-000000000002'")

    (fact,) = look(desk.store.ledger, desk.store.keys, "T1")

    assert (fact.chain_holds, fact.log_number) == (False, 1)


def run(desk: Desk, identity: Identity, positions: dict[str, int] | None = None) -> tuple[Reporting, Any]:
    reporting = Reporting(Inquire(desk.store.ports), render)
    listed = CATALOGUE["custody-log"]
    request = Request(
        report=listed.name,
        action=listed.action,
        build=custody_log,
        scope="all",
        purpose="an inspection",
        axes=NOW,
        positions=positions or {},
        reads=listed.reads,
        basis=lambda: look_at(desk.store, "T1"),
    )
    return reporting, reporting.run(identity, "T1", request, body_html)


@pytest.mark.requirement("E6-06")
def test_an_officer_gets_the_custody_log_and_the_same_positions_give_the_same_bytes(
    desk: Desk, inquire: Inquire
) -> None:
    ceremony(desk)
    number = allocated(desk)
    inquire.disclosure(desk.identity("inv01"), "T1", broken(desk, number))

    reporting, made = run(desk, desk.identity(officers(desk)[0]))
    reporting.delivered(desk.identity(officers(desk)[0]), "T1", made)
    inquire.disclosure(desk.identity("inv01"), "T1", broken(desk, allocated(desk)))
    again = reporting.open(
        desk.identity(officers(desk)[0]),
        "T1",
        made.report_id,
        Request("custody-log", "report_custody_log", custody_log, "", "", NOW, {}, CATALOGUE["custody-log"].reads),
        body_html,
    )

    assert again.same
    body = made.report.body
    assert body.attention == ()
    assert "1 row of the key store's log and 1 entry that authorise" in body.answer
    words = b"".join(made.files.values())
    for hidden in (b"first of two", b"the other one"):
        assert hidden not in words


def test_a_site_sees_nothing_of_what_was_looked_at(desk: Desk) -> None:
    allocated(desk)
    run(desk, desk.identity(officers(desk)[0]))
    system = entries(desk, "system")
    assert any(isinstance(entry.fact, CustodyChecked) for entry in system)

    def seen(trial: str, sites: list[str] | None) -> bool:
        return any(isinstance(e.fact, CustodyChecked) for e in concerning(system, trial, sites, []))

    assert [seen("T1", None), seen("T2", None), seen("T1", ["01"])] == [True, False, False]


def test_a_disclosure_shows_no_arm_in_messages() -> None:
    assert "secret" not in repr(Disclosure("007", "u1", "secret", "secret words"))
