"""Kits in a real store: who may do what, what each sees of it, and that no kit goes out twice."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from adapters.render import body_html, render
from compliance.inquire import NOW, Inquire
from compliance.reporting import Reporting, Request
from compliance.reports.audit_filters import NO_FILTERS
from compliance.reports.catalogue import CATALOGUE
from compliance.reports.registers import NO_REGISTERS
from domain import streams
from domain.errors import Refusal
from domain.kits.facts import KitDispensed, KitsMapped, KitsSupplied
from projections.kits import Kits
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        for person, role in (("pharmacist", "unblinded_pharmacist"), ("auditor", "auditor")):
            opened.hire(person, role)
        yield opened


def stock(desk: Desk, *, site: str = "01", each: int = 4) -> KitsSupplied:
    """A shipment that the site has."""
    contents = [{"arm": "x1", "kits": each, "lot": "L1"}, {"arm": "x2", "kits": each, "lot": "L2"}]
    desk.send("pharmacist", "supply_kits", {"site": site, "contents": contents})
    facts = [entry.fact for entry in desk.store.ledger.stream(streams.kits("T1", site))]
    supplied = [fact for fact in facts if isinstance(fact, KitsSupplied)][-1]
    desk.send(f"coo{site}", "receive_kits", {"site": site, "shipment": supplied.shipment})
    return supplied


def allocated(desk: Desk, *, site: str = "01") -> str:
    number = enrolled(desk, site=site)
    desk.send(f"coo{site}", "allocate", {"participant": number})
    return number


def given(desk: Desk, site: str = "01") -> list[tuple[str, str]]:
    facts = (entry.fact for entry in desk.store.ledger.stream(streams.kits("T1", site)))
    return [(fact.kit, fact.participant) for fact in facts if isinstance(fact, KitDispensed)]


def report(desk: Desk, person: str) -> Any:
    listed = CATALOGUE["kit-reconciliation"]
    request = Request(
        report=listed.name,
        action=listed.action,
        build=listed.builder(NO_FILTERS),
        scope="all",
        purpose="reconciling",
        axes=NOW,
        positions={},
        reads=listed.reads,
        filters=NO_FILTERS,
    )
    reporting = Reporting(Inquire(desk.store.ports), render, NO_REGISTERS)
    return reporting.run(desk.identity(person), "T1", request, body_html)


def test_kits_are_supplied_by_the_pharmacist_and_dispensed_by_the_site(desk: Desk) -> None:
    shipment = stock(desk)
    number = allocated(desk)

    desk.send("coo01", "dispense_kit", {"participant": number})
    ((kit, participant),) = given(desk)
    desk.send("coo01", "return_kit", {"site": "01", "kit": kit, "state": "empty"})

    assert (kit in shipment.kits, participant) == (True, number)
    for person, command, payload in (
        ("coo01", "supply_kits", {"site": "01", "contents": [{"arm": "x1", "kits": 1}]}),
        ("coo02", "dispense_kit", {"participant": number}),
        ("pharmacist", "dispense_kit", {"participant": number}),
        ("coo02", "return_kit", {"site": "01", "kit": kit, "state": "empty"}),
    ):
        with pytest.raises(Refusal) as refused:
            desk.send(person, command, payload)
        assert refused.value.rule == "default-deny"


@pytest.mark.requirement("E6-08")
def test_a_kit_holds_the_allocated_arm_and_no_arm_stands_outside_the_vault(desk: Desk) -> None:
    stock(desk)
    numbers = [allocated(desk) for _ in range(3)]
    for number in numbers:
        desk.send("coo01", "dispense_kit", {"participant": number})

    body = report(desk, "pharmacist").report.body

    kits = next(table for table in body.tables if table.id == "kits")
    agrees = [row.cells[[column.key for column in kits.columns].index("agrees")] for row in kits.rows]
    assert agrees.count("agrees") == 3
    assert "differs" not in agrees
    facts = [entry.fact for entry in desk.store.ledger.stream(streams.kits("T1", "01"))]
    assert len(facts) == 5
    assert "x1" not in repr(facts)


def test_the_reconciliation_is_for_unblinded_roles(desk: Desk) -> None:
    stock(desk)

    for person in ("lead", "stat", "coo01"):
        with pytest.raises(Refusal):
            report(desk, person)


def test_a_site_sees_its_own_kits_and_no_other_site(desk: Desk) -> None:
    own, other = stock(desk, site="01"), stock(desk, site="02")
    inquire = Inquire(desk.store.ports)

    seen = inquire.ask(desk.identity("coo01"), "read_trial", "T1", Kits).state.view()
    every = inquire.ask(desk.identity("auditor"), "read_trial", "T1", Kits).state.view()

    assert {row.kit for row in seen.kits} == set(own.kits)
    assert {row.kit for row in every.kits} == {*own.kits, *other.kits}


def test_dispensings_that_race_hand_out_one_kit_each_and_stop_at_the_cover(desk: Desk) -> None:
    stock(desk, each=3)
    numbers = [allocated(desk) for _ in range(5)]
    envelopes = [desk.envelope("dispense_kit", {"participant": number}) for number in numbers]
    identity = desk.identity("coo01")

    def dispense(at: int) -> str:
        try:
            desk.store.conduct.carry_out(envelopes[at], identity, trial="T1")
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(dispense, range(5)))

    assert sorted(answers) == ["done"] * 3 + ["no_kit_available"] * 2
    assert len({kit for kit, _ in given(desk)}) == 3


def test_a_dispensing_that_is_sent_again_hands_out_nothing_more(desk: Desk) -> None:
    stock(desk)
    envelope = desk.envelope("dispense_kit", {"participant": allocated(desk)})

    first = desk.store.conduct.carry_out(envelope, desk.identity("coo01"), trial="T1")
    again = desk.store.conduct.carry_out(envelope, desk.identity("coo01"), trial="T1")

    assert again.repeated
    assert again.placed == first.placed
    assert len(given(desk)) == 1


def test_the_map_of_a_shipment_of_the_largest_size_fits_into_an_entry(desk: Desk) -> None:
    contents = [{"arm": arm, "kits": 100, "lot": "L" * 64} for arm in ("x1", "x2")]

    desk.send("pharmacist", "supply_kits", {"site": "01", "contents": contents, "expires": "2028-06"})

    entry = desk.store.ledger.stream(streams.kit_map("T1", "01"))[-1]
    assert isinstance(entry.fact, KitsMapped)
    assert len(entry.fact.kits) == 200
