"""Kits, every error after an allocation, and reviewed narratives, told twice with exchanged arms: nothing shows.

What it does not show: which kit the real choice hands out, since the ideal one takes its place (its numbers are
looked at in `test_kit_numbers_tell_nothing.py`); what reviewers leave in a released text; and how a kit looks.
"""

from collections.abc import Generator
from typing import Final

import pytest

from adapters.demo.director import TRIAL
from domain import streams
from domain.adverse_event.facts import NarrativeReleased, NarrativeReviewed
from domain.kits.facts import KitDispensed, KitMisgiven, KitReturned
from domain.participant.facts import Allocated, AllocationErrorFound
from domain.record import Fact
from tests.blinding.conftest import GIVEN, Twins, two
from tests.blinding.errors_after_allocation import ALLOCATED, ERRORS, tell_errors
from tests.blinding.mishaps import Mishaps, enrol, prepare
from tests.blinding.reach import LEDGERS, Circle, differences, reached_in
from tests.blinding.twins import Choices, Twin, Watched, as_drawn, mirrored

TYPED: Final = (
    ("show", "kits"),
    ("show", "kits", "--json"),
    ("show", "adverse-events"),
    ("ledger", "tail", LEDGERS[0]),
)


@pytest.fixture(scope="module")
def erring(tmp_path_factory: pytest.TempPathFactory) -> Generator[Twins]:
    """Six participants of both sites; every arm is the other one in the second run."""
    with two(tmp_path_factory.mktemp("erring"), Choices(as_drawn, GIVEN), mirrored) as twins:
        for twin in twins:
            director = Watched(twin)
            prepare(director)
            for number in ALLOCATED:
                enrol(director, number)
            tell_errors(Mishaps(director))
        yield twins


def facts(twin: Twin, kind: type[Fact], ledger: str = LEDGERS[0]) -> list[Fact]:
    return [entry.fact for entry in twin.store.ledger.page(ledger, limit=20_000) if isinstance(entry.fact, kind)]


@pytest.mark.requirement("E6-08", "EMA-06", "ST-02")
def test_i9_errors_kits_and_reviews_tell_a_blinded_reader_nothing_about_arms(erring: Twins) -> None:
    one, other = (twin.arms() for twin in erring)
    assert all(one[number] != other[number] for number in ALLOCATED)
    circle = Circle(("u30", "u11", "u23"), ("u30", "u11", "u23"), ("u30",), ("u30", "u11"), TYPED)

    reached = [reached_in(twin, circle) for twin in erring]

    assert differences(*reached) == []


def test_the_story_reaches_every_error_and_every_step_of_a_kit(erring: Twins) -> None:
    for twin in erring:
        found = {fact.error for fact in facts(twin, AllocationErrorFound) if isinstance(fact, AllocationErrorFound)}
        assert found == {"wrong_kit"} | {error["error"] for error in ERRORS}
        for kind in (KitDispensed, KitMisgiven, KitReturned, NarrativeReleased):
            assert facts(twin, kind), kind.__name__


def test_i27_whatever_went_wrong_allocations_stay_as_they_were(erring: Twins) -> None:
    for twin in erring:
        assert len(facts(twin, Allocated)) == len(ALLOCATED)
        assert len(twin.arms()) == len(ALLOCATED)


def test_the_unblinded_side_knew_different_things_in_the_two_runs(erring: Twins) -> None:
    vault = streams.vault_ledger(TRIAL)

    masked = [
        [fact.masked for fact in facts(twin, NarrativeReviewed, vault) if isinstance(fact, NarrativeReviewed)]
        for twin in erring
    ]

    assert masked[0] != masked[1]
    assert [len(one) for one in masked] == [2, 2]
