"""Runs of the unblinding log, of its twins and of the knowledge report over a real store: who gets which."""

from collections.abc import Generator
from typing import Any

import pytest

from adapters.registers import registers
from adapters.render import body_html, render
from compliance.inquire import NOW, Inquire
from compliance.reporting import Reporting, Request, Run
from compliance.reports import catalogue
from compliance.reports.audit_filters import NO_FILTERS
from compliance.reports.catalogue import CATALOGUE, TWINS, Listed
from compliance.reports.model import Body
from compliance.reports.twin import TwinsDifferError
from domain.access.facts import ReportProduced, ReportRequested
from domain.errors import Refusal
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk
from tests.reports.materials import cells

BLINDED, UNBLINDED, KNOWLEDGE = "unblinding-log", "unblinding-log-unblinded", "knowledge"
TRIAL, ACCESS, VAULT, SYSTEM = "trial:T1", "access:T1", "vault:T1", "system"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    """Two sites, four allocations, one code break at each; blinded and unblinded readers."""
    with open_desk(tmp_path_factory.mktemp("unblindings")) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        for site in ("01", "02", "01", "02"):
            number = enrolled(opened, site=site)
            opened.send(f"coo{site}", "allocate", {"participant": number})
            if number in {"001", "002"}:
                _broken(opened, site, number)
        for person, role in (("aud", "auditor"), ("tell", "safety_unblinder")):
            opened.hire(person, role)
        _visitor(opened)
        yield opened


def _broken(desk: Desk, site: str, number: str) -> None:
    reason = {"code": "suspected_reaction", "text": "A reaction that the treatment may explain."}
    desk.send(f"inv{site}", "break_blind", {"participant": number, "channel": "investigator", "reason": reason})


def _visitor(desk: Desk) -> None:
    """An inspector who may see arms, for a visit."""
    desk.register("visit")
    wish: dict[str, Any] = {"person": "visit", "role": "inspector", "clearance": "unblinded", "sites": None}
    wish |= {"trial": "T1", "requested_by": "verifier", "training": None}
    wish["ends"] = desk.clock.shows.replace(month=4).isoformat()
    desk.send("admin", "grant_role", wish, trial=None)


def request(listed: Listed, **positions: int) -> Request:
    at = {(SYSTEM if kind == SYSTEM else f"{kind}:T1"): position for kind, position in positions.items()}
    return Request(listed.name, listed.action, listed.builder(NO_FILTERS), "all", "a test", NOW, at, listed.reads)


def reporting(desk: Desk) -> Reporting:
    return Reporting(Inquire(desk.store.ports), render, registers())


def run(desk: Desk, person: str, name: str, **positions: int) -> Run:
    asked = request(CATALOGUE[name], **positions)
    return reporting(desk).run(desk.identity(person), "T1", asked, body_html)


def twins(desk: Desk, person: str, name: str) -> tuple[Run, ...]:
    return reporting(desk).twins(desk.identity(person), "T1", [request(listed) for listed in TWINS[name]], body_html)


def arms(desk: Desk) -> set[str]:
    """The words that the vault has for arms that were disclosed."""
    entries = desk.store.ledger.page(VAULT)
    return {entry.fact.label for entry in entries if entry.frame.type.startswith("disclosure.recorded.")}


def rows(body: Body) -> dict[str | None, dict[str, str | None]]:
    return {row["participant"]: row for row in cells(body, "unblindings")}


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("person", ["tell", "seeder", "visit"])
def test_unblinded_readers_get_the_arm_that_was_disclosed(desk: Desk, person: str) -> None:
    body = run(desk, person, UNBLINDED).report.body

    assert {row["arm"] for row in rows(body).values()} == arms(desk)
    assert {TRIAL, VAULT} <= {source.ledger for source in body.sources}


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize(
    ("person", "name"),
    [
        *((person, UNBLINDED) for person in ("aud", "stat", "med", "inv01", "maker")),
        *((person, KNOWLEDGE) for person in ("inv01", "coo01", "dm", "tell", "seeder")),
        *((person, BLINDED) for person in ("tell", "seeder", "maker")),
    ],
)
def test_nobody_else_gets_a_form_that_is_not_theirs(desk: Desk, person: str, name: str) -> None:
    with pytest.raises(Refusal):
        run(desk, person, name)


@pytest.mark.requirement("E6-08")
def test_blinded_readers_get_no_arm_and_site_readers_their_own_site(desk: Desk) -> None:
    everybody, own = run(desk, "stat", BLINDED), run(desk, "inv02", BLINDED)
    knowledge = run(desk, "stat", KNOWLEDGE)

    assert set(rows(everybody.report.body)) == {"001", "002"}
    assert set(rows(own.report.body)) == {"002"}
    for made in (everybody, own, knowledge):
        assert not [name for name, data in made.files.items() for arm in arms(desk) if arm.encode() in data]


def test_the_knowledge_report_tells_who_knows(desk: Desk) -> None:
    body = run(desk, "stat", KNOWLEDGE).report.body

    assert [(row["participant"], row["user"], row["how"]) for row in cells(body, "known") if row["request"]] == [
        ("001", "inv01", "emergency"),
        ("002", "inv02", "emergency"),
    ]
    cleared = " ".join(row["person"] or "" for row in cells(body, "cleared"))
    assert all(f"({person})" in cleared for person in ("tell", "seeder", "maker", "visit"))


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("name", TWINS)
def test_one_run_makes_both_forms_and_the_blinded_one_is_what_a_blinded_reader_gets(desk: Desk, name: str) -> None:
    at = {kind: desk.size(f"{kind}:T1") for kind in ("trial", "access")} | {"system": desk.size(SYSTEM)}

    blinded, unblinded, difference = twins(desk, "visit", name)

    kinds = [kind for kind in at if kind in CATALOGUE[name].reads]
    alone = run(desk, "aud", name, **{kind: at[kind] for kind in kinds})
    assert alone.body_digest == blinded.body_digest
    assert body_html(alone.report.body) == body_html(blinded.report.body)
    assert {"BLINDED", "UNBLINDED"} == {one.report.body.blinding_class for one in (blinded, unblinded)}
    assert "are equal in both forms" in difference.report.body.answer


def test_an_officer_who_reads_no_access_ledger_makes_what_a_blinded_reader_without_it_gets(desk: Desk) -> None:
    blinded, *_ = twins(desk, "seeder", BLINDED)

    assert run(desk, "stat", BLINDED).body_digest == blinded.body_digest


def test_every_form_of_a_twin_run_is_recorded_with_its_class(desk: Desk) -> None:
    before = desk.size(ACCESS)

    twins(desk, "visit", BLINDED)

    facts = [entry.fact for entry in desk.store.ledger.page(ACCESS, after=before)]
    asked = [fact for fact in facts if isinstance(fact, ReportRequested)]
    assert [(fact.report, fact.blinding) for fact in asked] == [
        (BLINDED, "BLINDED"),
        (UNBLINDED, "UNBLINDED"),
        (f"twin-{BLINDED}", "UNBLINDED"),
    ]
    assert sum(isinstance(fact, ReportProduced) for fact in facts) == 3


def test_a_blinded_reader_gets_no_twins(desk: Desk) -> None:
    with pytest.raises(Refusal):
        twins(desk, "stat", BLINDED)


def test_where_the_forms_differ_nothing_is_recorded_and_nobody_gets_any(desk: Desk) -> None:
    before = desk.size(ACCESS)
    leaking = catalogue.TWINS[BLINDED].compared

    def differs(_: object) -> Body:
        raise TwinsDifferError("a test")

    asked = [request(TWINS[BLINDED].blinded), request(leaking)._replace(build=differs)]

    with pytest.raises(TwinsDifferError):
        reporting(desk).twins(desk.identity("visit"), "T1", asked, body_html)

    assert desk.size(ACCESS) == before


def test_a_comparison_is_opened_again_with_the_same_bytes(desk: Desk) -> None:
    *_, difference = twins(desk, "visit", BLINDED)
    identity = desk.identity("visit")
    reporting(desk).delivered(identity, "T1", difference)

    again = reporting(desk).open(
        identity, "T1", difference.report.envelope.report_id, request(CATALOGUE[f"twin-{BLINDED}"]), body_html
    )

    assert again.same


@pytest.mark.requirement("E6-18")
def test_who_had_an_unblinded_report_made_may_know_from_then_on(desk: Desk) -> None:
    run(desk, "visit", UNBLINDED)

    body = run(desk, "aud", KNOWLEDGE).report.body

    assert ("visit", "unblinded report", "may know") in [
        (row["user"], row["how"], row["certain"]) for row in cells(body, "known")
    ]
