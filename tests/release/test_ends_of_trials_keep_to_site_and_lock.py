"""What sites read of the analysis sets, and which of these records the hard lock counts as data."""

from collections.abc import Generator
from pathlib import Path

import pytest

from compliance.lock_view import data_digest
from compliance.scope import visible
from domain import streams
from domain.release.facts import ExclusionDecided
from projections.amendments import effective
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk
from tests.release.release_story import PLAN, TRIAL, people_of_the_end, positions_of, with_interim


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    """One participant allocated at each of two sites."""
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        people_of_the_end(opened)
        for site in ("01", "02"):
            opened.send(f"coo{site}", "allocate", {"participant": enrolled(opened, site=site)})
        yield opened


def excluding(desk: Desk, number: str) -> None:
    why = {"analysis_set": "per_protocol", "participant": number, "rationale": "Never took a dose."}
    desk.send("stat", "exclude_from_analysis_set", why)


def digest(desk: Desk) -> str:
    return data_digest(effective(desk.store.ledger.page(streams.trial_ledger(TRIAL), limit=1000)))


def test_a_site_reads_of_the_analysis_sets_what_concerns_its_own_participants(desk: Desk) -> None:
    for number in ("001", "002"):
        excluding(desk, number)
    entries = desk.store.ledger.page(streams.trial_ledger(TRIAL), limit=1000)

    def excluded(site: str) -> list[str]:
        return [e.fact.participant for e in visible(entries, {site}) if isinstance(e.fact, ExclusionDecided)]

    assert (excluded("01"), excluded("02")) == (["001"], ["002"])


def test_an_exclusion_counts_as_data_and_plan_interim_and_reveal_do_not(desk: Desk) -> None:
    before = digest(desk)
    desk.send("stat", "record_analysis_plan", PLAN)
    with_interim(desk, up_to=positions_of(desk)[-1])
    desk.send("officer1", "request_reveal", {"recipients": ["stat"]})
    unmoved = digest(desk)

    excluding(desk, "001")

    assert unmoved == before
    assert digest(desk) != before
