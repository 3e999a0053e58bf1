"""The custody log: who held what, what was opened by which authority, and what is missing; no arm and no key."""

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from compliance.reports.custody_log import custody_log
from compliance.reports.model import Body
from domain import streams
from domain.allocation.facts import DesignDeclared, ShareCommitted, ShareRevealed
from domain.escrow.facts import (
    CustodyChecked,
    EscrowEstablished,
    EscrowOpened,
    EscrowPart,
    EscrowWrap,
    KeyAct,
    ParticipantKeyDestroyed,
)
from domain.record import Entry
from tests.projections import facts as told
from tests.projections.entries import START, TRIAL, Book, sealed
from tests.reports.materials import cells, material
from tests.reports.people_story import by, ended, hired, staffed

OFFICERS = ("off1", "off2", "off3")
SHA = "ab" * 32
ESCROW_KEY, EARLIER = "e1" * 32, "e0" * 32


def key(number: str) -> bytes:
    return number.encode().rjust(16, b"k")


class Story:
    """A trial with officers, a ceremony and two allocations."""

    def __init__(self) -> None:
        self.trial, self.system = Book(), staffed()
        for officer in OFFICERS:
            hired(self.system, officer, "unblinding_officer")
        hired(self.system, "keeper", "key_custodian")
        self.trial.write(streams.trial(TRIAL), told.question())

    def design(self) -> None:
        stream = streams.randomisation(TRIAL)
        declared = DesignDeclared(beacon=None, commitment=SHA, vault_entry=UUID(int=1), version=1)
        self.trial.write(stream, declared, **by("maker", "randomisation_statistician"))
        for officer in OFFICERS[:2]:
            committed = ShareCommitted(commitment=SHA, version=1)
            self.trial.write(stream, committed, **by(officer, "unblinding_officer"))
        revealed = ShareRevealed(vault_entry=UUID(int=2), version=1)
        self.trial.write(stream, revealed, **by("off1", "unblinding_officer"))
        self.trial.write(stream, told.committed("SLE", "LN"), **by("maker", "randomisation_statistician"))

    def ceremony(self, public_key: str = ESCROW_KEY) -> None:
        parts = tuple(EscrowPart(commitment=SHA, number=n, officer=o) for n, o in enumerate(OFFICERS, 1))
        fact = EscrowEstablished(parts=parts, public_key=public_key, threshold=2)
        self.trial.write(streams.escrow(TRIAL), fact, **by("off1", "unblinding_officer"))

    def allocated(self, number: str) -> None:
        fact = told.allocated(number=f"R{number}")
        envelope = replace(fact.envelope, key=key(number))
        self.trial.write(told.person(number), replace(fact, envelope=envelope))

    def disclosed(self, number: str = "007") -> Entry:
        self.trial.write(told.request("U1"), told.invoked(participant=number))
        return self.trial.write(told.request("U1"), told.disclosed())

    def destroyed(self) -> Entry:
        return self.trial.write(
            streams.key_destruction(TRIAL, "007"),
            ParticipantKeyDestroyed(participant="007"),
            **by("keeper", "key_custodian", reason_code="erasure", reason_text=sealed()),
        )

    def act(self, entry: Entry, number: int = 1, **changes: Any) -> KeyAct:
        given: dict[str, Any] = {
            "act": "unwrap",
            "at": self.trial.clock,
            "authorised_by": entry.body.event_id,
            "chain": SHA,
            "found_in": "trial",
            "key": key("007").hex(),
            "number": number,
        }
        return KeyAct(**given | changes)

    def looked(self, *acts: KeyAct, wraps: dict[str, str] | None = None, **changes: Any) -> None:
        given: dict[str, Any] = {
            "acts": acts,
            "chain_holds": True,
            "emergencies": (),
            "log_chain": SHA,
            "log_number": len(acts),
            "part": 1,
            "parts": 1,
            "trial": TRIAL,
            "wraps": tuple(EscrowWrap(key=key(n).hex(), public_key=to) for n, to in (wraps or {}).items()),
        }
        stream = changes.pop("stream", streams.deployment(f"look-{len(self.system.entries)}"))
        self.system.write(stream, CustodyChecked(**given | changes))

    def report(self) -> Body:
        return custody_log(material(self.trial.entries, self.system.entries))


def said(body: Body) -> list[tuple[str, str]]:
    return [(one.severity, one.sentence) for one in body.attention]


def test_without_a_look_at_the_key_store_the_report_says_that_it_knows_nothing() -> None:
    story = Story()
    story.allocated("007")

    body = story.report()

    assert body.answer.startswith("The key store was not looked at")
    assert said(body) == [("serious", "The key store was not looked at for this report.")]
    assert cells(body, "without-escrow-wrap") == []
    assert "not looked at" in next(table.note for table in body.tables if table.id == "key-store-log")


def test_a_row_stands_beside_the_entry_that_authorises_it() -> None:
    story = Story()
    story.ceremony()
    story.allocated("007")
    entry = story.disclosed()
    story.looked(story.act(entry), wraps={"007": ESCROW_KEY})

    body = story.report()

    (row,) = cells(body, "key-store-log")
    assert (row["participant"], row["state"], row["act"]) == ("007", "authorised", "unwrap")
    assert row["authority"] == f"unblinding.disclosed.v1, trial {entry.frame.position}"
    (told_of,) = cells(body, "authorising-entries")
    assert (told_of["rows"], told_of["state"]) == ("1", "opened")
    assert said(body) == []
    assert "no gap; 0 keys of 1 allocation without escrow" in body.answer
    assert body.blinding_class == "UNBLINDED"


def test_a_row_without_an_entry_and_an_order_that_was_not_carried_out_need_attention() -> None:
    story = Story()
    story.ceremony()
    story.allocated("007")
    story.destroyed()
    entry = story.disclosed()
    story.looked(
        story.act(entry, authorised_by=UUID(int=9), found_in=None),
        story.act(entry, 2, authorised_by=UUID(int=8), found_in="access"),
        wraps={"007": ESCROW_KEY},
    )

    body = story.report()

    assert said(body) == [
        ("serious", "1 row without an entry that fits."),
        ("serious", "1 entry without the rows that fit."),
        ("important", "1 order to destroy a key not carried out."),
        ("to note", "1 disclosure not looked at yet."),
        ("to note", "1 row whose entry this reader does not see."),
    ]
    assert "2 gaps" in body.answer


def test_a_key_that_was_destroyed_is_listed_with_order_and_reason() -> None:
    story = Story()
    order = story.destroyed()
    story.looked(story.act(order, act="destroy"))

    body = story.report()

    (row,) = cells(body, "destroyed-keys")
    assert (row["participant"], row["by"]) == ("007", "Name of keeper (key custodian)")
    assert row["reason"] == "erasure: words of a sealed text"
    assert row["done"] is not None
    assert next(figure.value for figure in body.figures if figure.label == "Destroyed") == "1"


@pytest.mark.parametrize(
    ("keys", "wraps", "why"),
    [
        ([], {}, "the trial has no escrow key"),
        ([ESCROW_KEY], {}, "it has no escrow wrap"),
        ([EARLIER, ESCROW_KEY], {"007": EARLIER}, "its wrap is to an earlier escrow key"),
        ([EARLIER, ESCROW_KEY], {"007": ESCROW_KEY}, None),
    ],
)
def test_an_allocation_that_only_the_root_opens_is_listed_with_why(
    keys: list[str], wraps: dict[str, str], why: str | None
) -> None:
    story = Story()
    for public_key in keys:
        story.ceremony(public_key)
    story.allocated("007")
    story.looked(wraps=wraps)

    body = story.report()

    assert [row["why"] for row in cells(body, "without-escrow-wrap")] == ([why] if why else [])
    assert said(body) == ([("important", "1 key that the root alone opens.")] if why else [])


def test_shares_designs_lists_and_escrow_stand_with_who_did_it() -> None:
    story = Story()
    story.design()
    story.ceremony()
    for authority, why in ((None, {"reason_code": "lost"}), (UUID(int=5), {})):
        opened = EscrowOpened(authorised_by=authority, keys=3, officers=("off1", "off2"))
        story.trial.write(streams.escrow(TRIAL), opened, **by("off1", "unblinding_officer", **why))

    body = story.report()

    shares = cells(body, "seed-shares")
    assert [(row["officer"], row["revealed"] is None) for row in shares] == [
        ("Name of off1 (unblinding officer)", False),
        ("Name of off2 (unblinding officer)", True),
    ]
    assert [row["what"] for row in cells(body, "sealed")] == ["design", "2 lists, rand/v1"]
    assert [(row["what"], row["officers"]) for row in cells(body, "escrow")] == [
        ("ceremony", "off1, off2 and off3"),
        ("opening of 3 keys for lost wraps", "off1 and off2"),
        ("opening of 3 keys for a reveal", "off1 and off2"),
    ]
    assert cells(body, "escrow")[0]["commitments"] == "; ".join(f"{n}: {SHA}" for n in (1, 2, 3))


def test_who_had_clearance_or_keeps_keys_is_listed_and_who_left_with_a_part_is_named() -> None:
    story = Story()
    story.ceremony()
    ended(story.system, "off2", "unblinding_officer")
    story.looked()

    body = story.report()

    people = {row["person"]: row["open"] for row in cells(body, "clearances")}
    assert people == {"keeper": "yes", "off1": "yes", "off2": "no", "off3": "yes"}
    assert said(body) == [("important", "Part of the escrow key with off2, unblinding officer no more.")]


def test_a_log_that_does_not_hold_and_a_look_in_parts_are_told() -> None:
    story = Story()
    story.looked(chain_holds=False, parts=2, stream=streams.deployment("a"))

    sentences = {sentence for _, sentence in said(story.report())}

    assert sentences == {
        "Parts of the look at the key store are missing.",
        "The rows of the key store's log do not follow each other.",
    }


def test_all_parts_of_the_last_look_count_and_no_earlier_look() -> None:
    story = Story()
    story.ceremony()
    story.allocated("007")
    story.allocated("008")
    story.looked(wraps={})
    story.looked(wraps={"007": ESCROW_KEY}, parts=2, stream=streams.deployment("b"))
    story.looked(wraps={"008": ESCROW_KEY}, parts=2, part=2, stream=streams.deployment("b"))

    body = story.report()

    assert cells(body, "without-escrow-wrap") == []
    assert said(body) == []


def test_the_same_material_gives_the_same_body() -> None:
    story = Story()
    story.design()
    story.ceremony()
    story.allocated("007")
    story.looked(story.act(story.disclosed(), at=START))

    assert story.report() == story.report()
