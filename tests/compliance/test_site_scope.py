"""A site reads its own site and what concerns the trial as a whole; every entry of another site stays out."""

from collections.abc import Callable, Collection, Generator
from pathlib import Path

import pytest

from compliance.scope import visible
from domain import streams
from tests.compliance.running_trial import enrolled, open_site, open_trial
from tests.compliance.stores import Desk, open_desk

REASON = {"code": "monitoring", "text": "The store room was too warm for a day."}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6, sites=("01",))
        yield opened


def positions(desk: Desk, act: Callable[[], object]) -> set[int]:
    """The positions of the trial ledger that somebody's doing filled."""
    before = desk.size("trial:T1")
    act()
    return set(range(before + 1, desk.size("trial:T1") + 1))


def seen(desk: Desk, sites: Collection[str] | None) -> set[int]:
    entries = desk.store.ledger.page("trial:T1", limit=1000)
    return {entry.frame.position for entry in visible(entries, sites)}


def course(desk: Desk, site: str) -> None:
    """A participant's course, with all that a site's records can be about."""
    number = enrolled(desk, site=site)
    own = {"participant": number}
    allocated = desk.send(f"coo{site}", "allocate", own)
    assert allocated.receipt is not None
    desk.send(f"coo{site}", "record_treatment", {**own, "dose": 1})
    done = desk.send(f"coo{site}", "report_adverse_event", {**own, "term": "Fall", "reporter": f"Site {site}"})
    assert done.receipt is not None
    case = streams.name_of(done.receipt.placed[0].stream)
    desk.send(f"inv{site}", "assess_causality", {"case": case, "related": False})
    emergency = {**own, "channel": "investigator", "reason": {"code": "suspected_serious_reaction"}}
    done = desk.send(f"inv{site}", "break_blind", emergency)
    assert done.receipt is not None
    request = streams.name_of(done.receipt.placed[0].stream)
    desk.send(f"inv{site}", "acknowledge_disclosure", {"request": request})
    done = desk.send(
        f"coo{site}", "record_deviation", {**own, "description": "A form was lost", "rule": "lost", "site": site}
    )
    assert done.receipt is not None
    deviation = streams.name_of(done.receipt.placed[0].stream)
    desk.send("med", "close_deviation", {"deviation": deviation, "action": "It was written again"})
    desk.send("lead", "hold_site", {"site": site, "reason": REASON})
    desk.send("lead", "release_site", {"site": site, "reason": REASON})


def kinds(desk: Desk, at: Collection[int]) -> set[str]:
    entries = desk.store.ledger.page("trial:T1", limit=1000)
    return {streams.kind_of(e.frame.stream) for e in entries if e.frame.position in at}


@pytest.mark.requirement("P11-07")
def test_of_two_sites_each_reads_its_own_records_and_none_of_the_others(desk: Desk) -> None:
    before = set(range(1, desk.size("trial:T1") + 1))
    setting_up = positions(desk, lambda: open_site(desk, "02"))
    of_one, of_two = set[int](), set[int]()
    for _ in range(2):  # by turns, so that a stream that both write to is seen from both
        of_one |= positions(desk, lambda: course(desk, "01"))
        of_two |= positions(desk, lambda: course(desk, "02"))

    assert kinds(desk, of_one) == kinds(desk, of_two) >= {"participant", "screening-numbers", "stratum", "unblinding"}
    assert seen(desk, {"01"}) == before | of_one
    assert seen(desk, {"02"}) >= setting_up | of_two
    assert not seen(desk, {"02"}) & of_one
    assert seen(desk, {"01", "02"}) == seen(desk, None) == set(range(1, desk.size("trial:T1") + 1))


def test_what_a_site_set_up_belongs_to_it_and_what_concerns_the_trial_to_all(desk: Desk) -> None:
    shared = seen(desk, {"77"})

    assert kinds(desk, shared) == {"ledger", "trial", "protocol", "randomisation", "signature"}
    assert kinds(desk, seen(desk, {"01"}) - shared) == {"site", "signature"}


def test_a_case_of_somebody_who_was_never_screened_is_no_sites_alone(desk: Desk) -> None:
    report = {"participant": "099", "term": "Fall", "reporter": "A ward", "site": "01"}

    filled = positions(desk, lambda: desk.send("coo01", "report_adverse_event", report))

    assert kinds(desk, filled & seen(desk, {"01"})) == {"deviation"}
    assert filled <= seen(desk, None)
