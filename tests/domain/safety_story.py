"""Where tests of adverse events and deviations start: a participant at a site, a case, a lock, safety people."""

from typing import Any
from uuid import UUID

from domain import streams
from domain.adverse_event.adverse_event import AdverseEvent
from domain.adverse_event.commands import ReportAdverseEvent
from domain.trial.facts import TrialLocked
from tests.domain.harness import DATA_MANAGER, World, persona
from tests.domain.story import consented, open_trial, screened

SAFETY_PHYSICIAN = persona("safety-01", "safety_physician", "Sponsor")
SERVICE = persona("edc", "service", "CRO")


def reporting(participant: str = "001", **more: Any) -> ReportAdverseEvent:
    """The least that a report can hold, and what a test adds."""
    return ReportAdverseEvent.model_validate(
        {"participant": participant, "reporter": "Site 01", "term": "Fell ill at home"} | more
    )


def at_a_site() -> World:
    """An open trial, an active site, participant 001 with consent."""
    world = open_trial().at("2027-03-03T10:00")
    consented(world, screened(world))
    return world


def with_case(case: str = "AE-1", **more: Any) -> World:
    world = at_a_site()
    world.when(reporting(case=case, **more))
    return world


def case_of(world: World, case: str = "AE-1") -> AdverseEvent:
    return world.get(AdverseEvent, streams.adverse_event(world.trial, case))


def lock(world: World) -> None:
    locked = TrialLocked(data_digest="ab" * 32, position=1, request=UUID(int=1), root="cd" * 32)
    world.happened(streams.trial(world.trial), locked, by=DATA_MANAGER)
